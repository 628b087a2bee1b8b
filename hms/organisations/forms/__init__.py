"""Forms of settings, profile and invitation."""
