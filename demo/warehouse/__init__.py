"""The demo's warehouse, one module for each system that a company exports from.

Nothing in it is random: a row follows from its number, and the cells that a person once typed wrong
are listed by row below each table. What the integrations make of a table stands at the end of its
module, as EXPECTED: counted by hand from the rules, never by running them.
"""
