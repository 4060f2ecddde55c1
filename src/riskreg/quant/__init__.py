"""Statistics on numbers alone: intervals, agreement, detection. Nothing here knows the register."""
