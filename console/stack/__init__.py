"""What a stack is, and the file that says so."""
