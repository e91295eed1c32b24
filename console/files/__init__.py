"""Files: those of anybody, read within bounds, and those of this user alone."""
