"""Governed routines: drafts, review, published versions, read and understood."""
