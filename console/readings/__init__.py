"""How a read stays fresh: what a Source is and gives, the poller, and what checks share."""
