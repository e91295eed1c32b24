"""What a stack is, and the file that says so."""

from console.stack.stack import Stack

__all__ = ["Stack"]
