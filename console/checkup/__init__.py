"""What must be right on this machine and in the account for the console to work, and what to do where it is not."""
