"""The registry of Operations: every change that the console can make."""
