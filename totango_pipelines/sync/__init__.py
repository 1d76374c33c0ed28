"""Composes the steps of a run without Dagster: one module per asset, and the wiring."""
