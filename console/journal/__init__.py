"""The journal: the record of every change, intent before and outcome after."""
