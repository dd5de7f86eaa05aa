"""Makers for the contracts of kinds: values that people, importers and attackers might send."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from engine.problems import Problem, Rejected
from engine.value_type import VALUE_TYPES
from form_engine.control import CONTROLS, Control

FIELDS = [control for control in CONTROLS if control.role == "field"]
ALL = list(CONTROLS)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, width=32)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def settings(control: Control) -> Mapping[str, Any]:
    return control.settings(control.sample["config"])


def given(control: Control, raw: Any, config: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    """Return the value kept and the problems found, as a form does with what was sent."""
    kind = control.value_kind(config)
    assert kind is not None
    try:
        value = VALUE_TYPES.get(kind).parse(raw, control.value_config(config), "/values/it")
    except Rejected as wrong:
        return None, list(wrong.problems)
    if value is not None:
        value = control.normalise(value, config)
    return value, [] if value is None else list(control.check(value, config, "/values/it"))


def typed(control: Control, text: str, config: Mapping[str, Any]) -> Any:
    """Return the value kept for a text form."""
    value = control.from_text(text, config, "/values/it")
    return None if value is None else control.normalise(value, config)


def typed_or_refused(control: Control, text: str, config: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    """Return the value kept for a text form, or why it cannot be read."""
    try:
        return typed(control, text, config), []
    except Rejected as wrong:
        return None, list(wrong.problems)


def mutated(sample: Any) -> st.SearchStrategy[Any]:
    """Return values near `sample`: a part replaced by anything."""
    if isinstance(sample, dict) and sample:
        return st.sampled_from(sorted(sample)).flatmap(
            lambda key: mutated(sample[key]).map(lambda part: {**sample, key: part})
        ) | st.dictionaries(st.text(max_size=6), json_values, min_size=1, max_size=1).map(
            lambda more: {**sample, **more}
        )
    if isinstance(sample, list) and sample:
        return st.integers(0, len(sample) - 1).flatmap(
            lambda place: mutated(sample[place]).map(
                lambda part: [*sample[:place], part, *sample[place + 1 :]]
            )
        ) | st.just(sample * 2)
    if isinstance(sample, str):
        return st.text(max_size=12) | st.just(sample + " ") | st.just(sample * 3) | json_values
    if isinstance(sample, int | float) and not isinstance(sample, bool):
        return st.integers(-20, 400) | json_values
    return json_values


def name(control: Control) -> str:
    return control.kind
