"""The year as activities with owners and dates."""
