"""Where runs are asked for and asked about: one door for the command line and the Trigger API."""
