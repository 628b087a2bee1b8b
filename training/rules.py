"""Who may do what with trainings. What there is to learn is for everybody to know; who has learnt it is not.

Administrators set HMS up and see nobody's certificates (domain.md section 3): whoever leads, and the HSE manager, do.
"""

import rules
from django.db.models import Q

from hms.organisations.enums import Role
from hms.organisations.models import Employee, Unit
from hms.organisations.people import reach
from training.models import Completion, Training

_KEEPERS = (Role.HSE_MANAGER,)
# Those who look after everybody's safety, or check that it is done, see how many and never who.
_FOLLOWERS = (
    Role.TOP_LEADER, Role.SAFETY_REP, Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER, Role.INSPECTOR, Role.CONSULTANT,
)  # fmt: skip


@rules.predicate
def creates_trainings(employee: Employee, obj: object = None) -> bool:
    """The HSE manager for the whole organisation; whoever leads a unit for it."""
    return reach(employee).has(*_KEEPERS, Role.MANAGER)


def may_have_here(employee: Employee, unit: Unit | None) -> bool:
    """Whether somebody may put a training on a unit; None: the whole organisation."""
    his = reach(employee)
    return his.has(*_KEEPERS) or (unit is not None and unit.pk in his.managed_unit_ids)


@rules.predicate
def keeps_training(employee: Employee, training: Training) -> bool:
    """Its owner, whoever leads its unit, the HSE manager."""
    his = reach(employee)
    return (
        his.has(*_KEEPERS)
        or training.owner_id == employee.pk
        or (training.unit_id is not None and training.unit_id in his.managed_unit_ids)
    )


def sees_everybody(employee: Employee, training: Training | None = None) -> bool:
    """Whether somebody sees and registers all who work here: the HSE manager, and of one training its owner."""
    return reach(employee).has(*_KEEPERS) or (training is not None and training.owner_id == employee.pk)


def people_of(employee: Employee, training: Training | None = None, prefix: str = "") -> Q:
    """Filter of people whose trainings somebody sees and registers: all, else those in units one leads."""
    if sees_everybody(employee, training):
        return Q(**{f"{prefix}pk__isnull": False})
    return Q(**{f"{prefix}unit_id__in": reach(employee).managed_unit_ids})


@rules.predicate
def registers(employee: Employee, training: Training) -> bool:
    his = reach(employee)
    return his.has(*_KEEPERS, Role.MANAGER) or training.owner_id == employee.pk


@rules.predicate
def counts_people(employee: Employee, training: Training) -> bool:
    return registers(employee, training) or reach(employee).has(*_FOLLOWERS)


@rules.predicate
def is_own(employee: Employee, completion: Completion) -> bool:
    return completion.employee_id == employee.pk


@rules.predicate
def registers_person(employee: Employee, completion: Completion) -> bool:
    """Whoever may register the person may put right what was written."""
    return (
        sees_everybody(employee, completion.training)
        or completion.employee.unit_id in reach(employee).managed_unit_ids
    )  # fmt: skip


rules.add_perm("training.view", rules.always_true)
rules.add_perm("training.create", creates_trainings)
rules.add_perm("training.keep", keeps_training)
rules.add_perm("training.register", registers)
rules.add_perm("training.count", counts_people)
rules.add_perm("training.see_completion", is_own | registers_person)
rules.add_perm("training.prove", is_own | registers_person)
rules.add_perm("training.withdraw", registers_person)
