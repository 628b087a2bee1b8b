"""Pages of the organisation: settings, profile, invitation, theme; and the pages outside any organisation."""
