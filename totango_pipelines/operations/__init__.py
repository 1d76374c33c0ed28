"""What an operator decides and is told: tokens, audit, repeated requests, notifications; no Dagster."""
