"""Amazon CloudWatch: metrics, and alarms that are judged."""
