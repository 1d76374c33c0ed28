"""The only floor that imports Dagster: assets, checks, jobs and schedules of each integration."""
