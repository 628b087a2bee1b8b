"""What somebody who leaves must hand over. Apps above register how to count it and how to hand it over."""

from collections.abc import Callable
from dataclasses import dataclass

from hms.organisations.models import Employee

# What is open, as (plain words, how many). Never titles: the administrator who reads it may not see cases.
CountOpen = Callable[[Employee], list[tuple[str, int]]]
# (who leaves, who takes it all, who decides)
HandOver = Callable[[Employee, Employee, Employee], None]


@dataclass(frozen=True)
class _Duty:
    count_open: CountOpen
    hand_over: HandOver


_duties: list[_Duty] = []


def register(count_open: CountOpen, hand_over: HandOver) -> None:
    """Add a kind of work that cannot be left without anybody. Called from `apps.ready()`."""
    _duties.append(_Duty(count_open, hand_over))


def open_work(employee: Employee) -> list[tuple[str, int]]:
    """Everything that waits for the person: (plain words, how many), without zeroes."""
    return [(words, count) for duty in _duties for words, count in duty.count_open(employee) if count]


def hand_over_work(employee: Employee, *, to: Employee, by: Employee) -> None:
    """Give all of it to somebody else. Effects: those of every registered duty."""
    for duty in _duties:
        duty.hand_over(employee, to, by)
