"""Every exception that a call can raise, as a Problem: what kind, what went wrong, what to do next."""
