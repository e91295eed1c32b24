"""Stack files: what may stand in one, read with errors that say what to mend, and written back."""
