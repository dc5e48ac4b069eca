"""A form's errors as the error summary shows them: each a link to its field."""

from __future__ import annotations

from django import forms


def summary(form: forms.Form) -> list[dict[str, str]]:
    """Every error of a form, in the order of its fields."""
    found = [
        {"text": str(text), "href": f"#{anchor(form, name)}"}
        for name in form.fields
        for text in form.errors.get(name, ())
    ]
    return found + [{"text": str(text), "href": ""} for text in form.non_field_errors()]


def anchor(form: forms.Form, name: str) -> str:
    """The id to which the focus goes: of a group of radio buttons, the first."""
    bound = form[name]
    group = isinstance(bound.field.widget, forms.RadioSelect)
    return f"{bound.auto_id}_0" if group else str(bound.auto_id)
