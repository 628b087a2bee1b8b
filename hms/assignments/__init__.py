"""Who must do what by when: the one table behind my tasks, reminders, hand-over and mail links."""
