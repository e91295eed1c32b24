"""All stacks, and all that is wrong in them."""
