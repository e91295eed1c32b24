"""The journal: every change, one of them, and its items."""
