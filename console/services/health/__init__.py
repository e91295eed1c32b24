"""AWS Health: what AWS itself says of the stack's place."""
