"""What Totango accepts: the eleven objects, their attributes, data types and limits."""
