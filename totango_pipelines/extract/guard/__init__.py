"""The closed lists of what a query may be made of, and the checks that go by them.

`text` looks at a query before it is parsed, `tree` at what it was parsed into, `written` at the
text that will be run. Everything that no list names is refused.
"""
