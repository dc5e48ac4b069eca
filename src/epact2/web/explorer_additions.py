"""What the explorer's form adds to a question: measures, fields, conditions, and counts of patients."""

from __future__ import annotations

from dataclasses import replace

from epact2.errors import Epact2Error
from epact2.model.prescribing import PRACTICE_SETTING
from epact2.query.codec import field_named, measure_named
from epact2.query.grains import conjuncts
from epact2.query.nodes import EVERYTHING, Is, Not, Selection, Share, Value
from epact2.web import explorer_filters as filters
from epact2.web import explorer_patients as patients
from epact2.web.explorer_editing import Editing, Problem
from epact2.web.explorer_measures import put_together, value_of_form


def additions(work: Editing) -> None:
    """Add to the question what the form asks for."""
    # What is asked by one button must not be undone by a text that waits in another field; yet a text that
    # stands in a field when the form is sent is meant, whichever button was pressed.
    _add_measure(work)
    for side in ("rows", "columns"):
        _add_field(work, side)
    _add_condition(work)
    _add_item_condition(work)
    _add_ages(work)
    for names, buttons, add in (
        (_OWN, ("own", "update"), _add_own_measure),
        (_PATIENTS, ("patients", "update"), _add_patients),
    ):
        if work.text("do") in buttons:
            add(work)
        else:
            work.keep_typed(*names)


def _add_measure(work: Editing) -> None:
    for text in work.form.get("measure") or []:
        if text:
            try:
                _append(work, "measure", value_of_form(text))
            except Epact2Error as error:
                work.wrong("measure", error)


def _append(work: Editing, name: str, value: Value) -> None:
    columns = work.query.columns
    made = replace(value, of=columns) if isinstance(value, Share) and not value.of else value
    work.change(name, values=(*work.query.values, made))


def _add_field(work: Editing, side: str) -> None:
    name = f"add_{side}"
    for text in work.form.get(name) or []:
        if text:
            try:
                fields = work.query.rows if side == "rows" else work.query.columns
                work.change(name, **{side: (*fields, field_named(text))})
            except Epact2Error as error:
                work.wrong(name, error)


def _add_condition(work: Editing) -> None:
    exclude = work.text("filter_how") == "exclude"
    if setting := work.text("setting"):
        part: Selection = Is(PRACTICE_SETTING, setting.removeprefix("not "))
        if setting.startswith("not "):
            part = Not(part)
        work.change("setting", where=_with(work, part, exclude=False))
    part_meant = work.meaning("filter")
    if part_meant is not None:
        work.change("filter", where=_with(work, part_meant, exclude=exclude))
    elif work.text("filter"):
        work.keep_typed("filter", "filter_how")


def _with(work: Editing, part: Selection, *, exclude: bool) -> Selection:
    return filters.added(work.query.where, part, exclude=exclude, directory=work.directory)


def _add_item_condition(work: Editing) -> None:
    text = work.text("item_filter")
    if not text:
        return
    exclude = work.text("item_filter_how") == "exclude"
    try:
        work.change("item_filter", where=_with(work, patients.condition_of(text), exclude=exclude))
    except Epact2Error as error:
        work.wrong("item_filter", error)


def _add_ages(work: Editing) -> None:
    """Limit the question to ages; other limits of age that it had give way."""
    try:
        ages = patients.ages_between(work.text("age_from"), work.text("age_to"))
    except Epact2Error as error:
        work.wrong("age_from", error)
        work.keep_typed("age_from", "age_to")
        return
    if not patients.is_everything(ages):
        kept = tuple(part for part in conjuncts(work.query.where) if not patients.is_about_age(part))
        work.change("age_from", where=filters.joined((*kept, ages)))


_PATIENTS = (
    "pat_which", "pat_first", "pat_second", "pat_least", "pat_age_from", "pat_age_to", "pat_period",
    "pat_shown",
)  # fmt: skip


def _add_patients(work: Editing) -> None:
    """Add the count of patients that was put together."""
    which = work.text("pat_which")
    if which not in [one.value for one in patients.Which]:
        if work.text("do") == "patients":
            work.problems.append(Problem("pat_which", "Choose which patients to count."))
        work.keep_typed(*_PATIENTS)
        return
    before = len(work.problems)
    named = {name: work.meaning(name, medicines_only=True) for name in ("pat_first", "pat_second")}
    least = work.text("pat_least") or "10"
    if not least.isdecimal():
        work.problems.append(Problem("pat_least", f"“{least}” is no number of medicines."))
    ages = _patient_ages(work)
    if len(work.problems) == before:
        try:
            value = patients.count_of(
                patients.Chosen(
                    which=patients.Which(which),
                    first=named["pat_first"],
                    second=named["pat_second"],
                    least=int(least),
                    years=ages,
                    period=work.text("pat_period"),
                    shown=work.text("pat_shown"),
                )
            )
        except Epact2Error as error:
            field = "pat_second" if "second" in error.message else "pat_first"
            work.wrong("pat_least" if which == "many" else field, error)
        else:
            _append(work, "pat_which", value)
    if len(work.problems) > before:
        work.keep_typed(*_PATIENTS)


def _patient_ages(work: Editing) -> Selection:
    try:
        return patients.ages_between(work.text("pat_age_from"), work.text("pat_age_to"))
    except Epact2Error as error:
        work.wrong("pat_age_from", error)
        return EVERYTHING


_OWN = (
    "own_top", "own_top_only", "own_bottom", "own_bottom_only", "own_per", "own_way",
)  # fmt: skip


def _add_own_measure(work: Editing) -> None:
    if not work.text("own_top"):
        if work.text("do") == "own":
            work.problems.append(Problem("own_top", "Choose what to count."))
            work.keep_typed(*_OWN)
        return
    before = len(work.problems)
    limits = {name: work.meaning(name, medicines_only=True) for name in ("own_top_only", "own_bottom_only")}
    per = work.text("own_per")
    try:
        bottom = work.text("own_bottom")
        value = put_together(
            measure_named(work.text("own_top")),
            measure_named(bottom) if bottom else None,
            per=int(per) if per.isdigit() else 1,
            top_where=limits["own_top_only"] or EVERYTHING,
            bottom_where=limits["own_bottom_only"] or EVERYTHING,
            way=work.text("own_way"),
        )
    except Epact2Error as error:
        work.wrong("own_top", error)
    else:
        if len(work.problems) == before:
            _append(work, "own_top", value)
    if len(work.problems) > before:
        work.keep_typed(*_OWN)
