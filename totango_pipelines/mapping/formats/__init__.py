"""How the cells of a source are written, and how each notation becomes a value."""
