"""What of an extract is new to the hub: its rows, told from what was committed before."""
