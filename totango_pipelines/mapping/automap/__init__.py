"""Which column of a query goes to which attribute: read the names, weigh the values, assign."""
