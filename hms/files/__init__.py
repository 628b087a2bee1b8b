"""Attachments: checked by content, photos re-encoded, stored per organisation, served by permission."""
