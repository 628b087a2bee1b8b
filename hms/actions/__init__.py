"""Action plans: actions with owners, the safety representative's statement, effect check."""
