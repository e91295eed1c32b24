"""What covers a screen for a moment: help, palette, confirmations."""
