"""Units and people from a table: read, compare with what is there, tell, and only then write.

`plan_units()` and `plan_people()` change nothing; what they find is shown, and applied by
`hms.organisations.services.imports`. Nothing is done halfway: one row with an error stops it all.
"""

from hms.organisations.importing.people import plan_people
from hms.organisations.importing.plan import Plan
from hms.organisations.importing.units import plan_units

__all__ = ["Plan", "plan_people", "plan_units"]
