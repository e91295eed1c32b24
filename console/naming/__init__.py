"""How AWS names things: partitions and regions, ARNs, resources."""
