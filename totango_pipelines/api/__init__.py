"""The Trigger API: HTTP over the orchestration floor."""
