"""Operating an installation: how its parts are doing, what failed for good, and numbers for the monitoring."""
