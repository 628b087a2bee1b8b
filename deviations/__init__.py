"""Deviations: reported in half a minute, handled to an answer."""
