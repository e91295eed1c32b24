"""The screens of the console, each in a room with its helpers, and what they share."""
