"""Telling people: a transactional outbox, e-mail, and the inbox in the product."""
