"""What the launcher, the warm process and its forks say to each other."""

from typing import Final

READY: Final = b"ready"
"""The warm process has imported everything."""
GO: Final = b"go"
"""A fork may carry its run out."""
STARTED: Final = b"started"
"""A fork has opened the run log."""
LARGEST_REQUEST: Final = 1 << 20
