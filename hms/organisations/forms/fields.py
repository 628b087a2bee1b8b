"""Fields that several forms need."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator, construct_instance
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hms.organisations.mentions import names_of
from hms.organisations.models import Employee, Organisation, Unit
from hms.organisations.selectors import described, in_tree_order, people_called
from hms.tenancy.scope import current_organisation_id


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


class PersonInput(forms.TextInput):
    """A name to type, with suggestions while typing where script is allowed."""

    template_name = "organisations/person_input.html"

    def __init__(self, find_url: str) -> None:
        super().__init__({"autocomplete": "off"})
        self.find_url = find_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["find_url"] = self.find_url
        return context


class NameInput(forms.TextInput):
    """A text that may be the name of something of another domain (`hms.organisations.mentions`), which is suggested."""

    template_name = "organisations/suggested_input.html"

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "list": f"names-{kind}", **(attrs or {})})
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["names"] = names_of(self.kind)
        return context


class PersonField(forms.ModelChoiceField):
    """One person of those offered: a list to choose from, or a name to type when there are many.

    Call `offer()` in the form's `__init__`.
    """

    # A list longer than this is slow to send and slower to look through.
    MANY = 200

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Person"))
        kwargs.setdefault("empty_label", _("Choose a person"))
        super().__init__(Employee.objects.none(), **kwargs)
        self.error_messages["invalid_choice"] = _("This person does not work here. Choose one from the list.")

    def offer(self, people: QuerySet[Employee]) -> None:
        """Say who may be chosen."""
        self.queryset = people.select_related("unit")
        if people[: self.MANY + 1].count() <= self.MANY:
            return
        slug = Organisation.objects.values_list("slug", flat=True).get(pk=current_organisation_id())
        self.widget = PersonInput(reverse("organisations:find_people", args=[slug]))
        self.widget.is_required = self.required
        self.help_text = self.help_text or _("Type the name and choose from the suggestions.")

    def label_from_instance(self, employee: Employee) -> str:
        return described(employee)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(self.widget, PersonInput) and value not in self.empty_values:
            known = value if isinstance(value, Employee) else self._by_key(value)
            return described(known) if known else value
        return super().prepare_value(value)

    def to_python(self, value: Any) -> Employee | None:
        if value in self.empty_values or not isinstance(self.widget, PersonInput) or self._by_key(value):
            return super().to_python(value)
        name, _comma, unit = str(value).partition(",")
        found = list(people_called(self.queryset, name, unit.strip())[:2])
        if not found:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several people have this name. Write the unit too: “Name, unit”."), code="several"
            )
        return found[0]

    def _by_key(self, value: Any) -> Employee | None:
        text = str(value)
        return self.queryset.filter(pk=text).first() if text.isascii() and text.isdigit() and len(text) < 19 else None


class ServiceChecked:
    """For a model form whose service checks what the database's constraints say, in words for people."""

    def _post_clean(self) -> None:
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=self._get_validation_exclusions())
        except forms.ValidationError as error:
            self._update_errors(error)
