"""The declared files: what an integration, a connection and a catalogue may say."""
