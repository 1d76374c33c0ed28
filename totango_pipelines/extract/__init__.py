"""What an integration may ask its source for, and reading it."""
