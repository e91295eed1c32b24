"""Amazon CloudWatch: alarms, and the application's own metrics."""
