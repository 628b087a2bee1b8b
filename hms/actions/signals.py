"""The engine's one push to its clients."""

from django.dispatch import Signal

# Sent when the last open action of a running plan is done. Arguments: plan, by.
plan_completed = Signal()
