"""The stack's own URLs, asked as its users would."""
