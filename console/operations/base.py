"""What an Operation is."""
