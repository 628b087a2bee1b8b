"""Sign-in: one global user per e-mail address, whatever organisations the person works in."""
