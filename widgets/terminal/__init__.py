"""What goes to the terminal besides what widgets draw: the guarded output and the clipboard."""
