"""Merging accepted rows into the customer data hub, exactly (semantics.md 2, 3, 5, 7, 8)."""
