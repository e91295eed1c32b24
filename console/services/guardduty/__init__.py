"""Amazon GuardDuty."""
