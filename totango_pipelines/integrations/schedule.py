"""Cadences of an integration and the cron text that stands for them (seed.md, contract.md)."""

# Filled in by the declared cadences below.
