"""Hazards, risk assessments and drills."""
