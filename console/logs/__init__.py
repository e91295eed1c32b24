"""Log lines without a screen: events, the bounded buffer, search, folding, levels."""
