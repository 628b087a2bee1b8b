"""All components as one library, which settings make built in: no template loads it."""

from django import template

from hms.core.ui import bars, blocks, charts, dates, inline

register = template.Library()
for part in (inline, dates, blocks, bars, charts):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
