"""Amazon RDS and DocumentDB, and their engines."""
