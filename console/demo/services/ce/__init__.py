"""AWS Cost Explorer, and the bills that it tells of."""
