"""Reads: what the console knows of AWS, one module a service, and the poller that keeps it fresh."""
