"""Opening the connections that the integrations read from: one module per engine."""
