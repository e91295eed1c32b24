"""Reading log groups back in time."""
