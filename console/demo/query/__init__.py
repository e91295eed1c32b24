"""Query languages that the embedded AWS executes: metric math and CloudWatch Logs Insights."""
