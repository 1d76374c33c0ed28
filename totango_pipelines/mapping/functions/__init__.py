"""The Function Editor's language: scalar SQL behind a closed grammar and a list of functions."""
