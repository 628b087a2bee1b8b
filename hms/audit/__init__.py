"""What happened, when and by whom: append-only events, guarded state changes, field history."""
