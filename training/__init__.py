"""Who has learnt what, until when, and that it is learnt again in time."""
