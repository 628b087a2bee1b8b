"""Fields that several forms need."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator, construct_instance
from django.utils.translation import gettext_lazy as _

from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import in_tree_order


class _TreeIterator(ModelChoiceIterator):
    """Units as a tree: parents first, those below set in."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        for unit in in_tree_order(self.queryset.all()):
            yield self.choice(unit)


class UnitField(forms.ModelChoiceField):
    """One unit in use. Ids of other organisations do not exist here (row-level security)."""

    iterator = _TreeIterator

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Unit"))
        kwargs.setdefault("empty_label", _("Choose a unit"))
        super().__init__(Unit.objects.none(), **kwargs)
        self.error_messages["invalid_choice"] = _("This unit does not exist. Choose one from the list.")

    def offer(self, *, without: Unit | None = None, also: Unit | None = None) -> None:
        """Fill the list: units in use, without a branch, and with one that is no longer in use."""
        units = Unit.objects.filter(is_active=True)
        if also is not None:
            units = units | Unit.objects.filter(pk=also.pk)
        if without is not None:
            units = units.exclude(path__contains=[without.pk])
        self.queryset = units

    def label_from_instance(self, unit: Unit) -> str:
        return "\u2003" * max(0, len(unit.path) - 1) + unit.name


class UnitsField(forms.ModelMultipleChoiceField):
    """Several units in use, as a tree of checkboxes."""

    iterator = _TreeIterator
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Units"))
        super().__init__(Unit.objects.none(), **kwargs)
        self.empty_label = None

    def offer(self) -> None:
        self.queryset = Unit.objects.filter(is_active=True)

    def label_from_instance(self, unit: Unit) -> str:
        return "– " * max(0, len(unit.path) - 1) + unit.name


class PersonField(forms.ModelChoiceField):
    """One person who works here now."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Person"))
        kwargs.setdefault("empty_label", _("Choose a person"))
        super().__init__(Employee.objects.none(), **kwargs)
        self.error_messages["invalid_choice"] = _("This person does not work here. Choose one from the list.")

    def label_from_instance(self, employee: Employee) -> str:
        return f"{employee.name} ({employee.unit})"


class ServiceChecked:
    """For a model form whose service checks what the database's constraints say, in words for people."""

    def _post_clean(self) -> None:
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=self._get_validation_exclusions())
        except forms.ValidationError as error:
            self._update_errors(error)
