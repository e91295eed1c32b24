"""CloudWatch Logs Insights: queries, their price, their results."""
