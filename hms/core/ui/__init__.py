"""The template components. `hms.core.templatetags.ui` makes them built in; see `docs/components.md`.

Small things that stand in list rows are plain functions (`inline`, `dates`); things that wrap content are
block tags (`blocks`); whole bars with logic have a template in templates/components (`bars`).
"""
