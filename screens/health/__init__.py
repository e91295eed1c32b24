"""Health: the findings of the open stack, and views that are read on demand."""
