"""The process and its terminal: signals, output, crash files, programs in the foreground."""
