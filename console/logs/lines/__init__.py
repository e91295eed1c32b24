"""Lines as they are kept and shown: the buffer, search, views, JSON, levels, stack traces."""
