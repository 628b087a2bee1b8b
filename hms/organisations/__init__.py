"""Organisations, their units and people, who holds which role, and who may see and do what."""
