"""Who may do what with notifications: everybody with their own, which is all they can see."""

import rules

rules.add_perm("notifications.view", rules.always_true)
