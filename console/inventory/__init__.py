"""What an account holds: the resources that were found, and how each kind is listed."""
