"""Amazon CloudWatch Logs: events, Live Tail, Logs Insights."""
