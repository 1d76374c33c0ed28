"""From a column of the query to an attribute of the object: conversions, contract, rejects."""
