"""What leaders are told: every week about their own units, every month about the whole organisation.

The engine knows no domain: apps add their figures, lists and good examples through `registry`.
"""
