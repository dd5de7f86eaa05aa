"""A swift reader says what the long way says, or nothing."""

from typing import Any

import pytest
from hypothesis import given as tried
from hypothesis import strategies as st

from form_engine.control import CONTROLS, UNSURE, Control
from tests.kinds.making import given, json_values, mutated

SWIFT = [control for control in CONTROLS if control.swift is not None]
OPTIONS: list[dict[str, Any]] = [
    {"key": key, "label": {"zh": key, "en": key.upper()}} for key in ("a", "b", "c")
]
NUMBERS = [
    {},
    {"min": 0},
    {"max": 10},
    {"min": 2, "max": 7},
    {"min": 0.5, "max": 9.99},
    {"step": 3},
    {"min": -5},
]
SETTINGS: dict[str, list[Any]] = {
    "text": [{}, {"max_length": 3}, {"min_length": 2}, {"trim": False}, {"case": "upper"}, {"pattern": "[a-z]+"}],
    "textarea": [{}, {"max_length": 3}, {"min_length": 2}],
    "select": [{"options": OPTIONS}, {"options": OPTIONS, "other": True}, {"options": []}],
    "radio": [{"options": OPTIONS}],
    "multiselect": [{"options": OPTIONS}, {"options": OPTIONS, "min_count": 2}, {"options": OPTIONS, "max_count": 1}],
    "checkboxes": [{"options": OPTIONS}],
    "money": NUMBERS,
    "integer": NUMBERS,
    "rating": [{}, {"max": 3}],
    "boolean": [{}, {"must_be_true": True}],
    "date": [{}, {"min": "2026-01-01"}, {"max": "2026-06-30"}, {"weekdays": [1, 3]}],
    "datetime": [{}, {"min": "2026-01-01"}],
}  # fmt: skip
TEXTS = st.text(max_size=6) | st.text("ab \t\n\r\x00\x07\u3000\u00a0\ud800é长", max_size=6)
DAYS = st.dates().map(str) | st.from_regex(r"\A[0-9-]{8,11}\Z")
INSTANTS = (
    st.datetimes(timezones=st.timezones()).map(lambda one: one.isoformat())
    | st.datetimes().map(lambda one: one.isoformat() + "Z")
    | st.from_regex(r"\A20[0-9]{2}-[0-1][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|[+-][0-2][0-9]:[0-6][0-9])?\Z")
)  # fmt: skip
SUMS = st.decimals(-(10**14), 10**14, places=2).map(str) | st.from_regex(r"\A-?[0-9]{1,13}(\.[0-9]{0,3})?\Z")
ANY = (
    json_values
    | TEXTS
    | DAYS
    | INSTANTS
    | SUMS
    | st.integers()
    | st.integers(-3, 12)
    | st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=4)
    | st.sampled_from(["a", "b", "c", "d", "٣", "１", "-0", "0", "0.00", "-0.00", "1.5", "2026-02-29", True, False, 9**20])
)  # fmt: skip


def agrees(control: Control, settings: dict[str, Any], raw: Any) -> None:
    config = control.settings(settings)
    assert control.swift is not None
    read = control.swift(config)
    if read is None or raw is None:
        return
    kept = read(raw)
    if kept is UNSURE:
        return
    value, problems = given(control, raw, config)
    assert problems == []
    assert kept == value
    assert type(kept) is type(value)
    assert str(kept) == str(value)


def test_every_swift_control_is_tried_with_settings() -> None:
    assert {control.kind for control in SWIFT} == set(SETTINGS)


@pytest.mark.parametrize("control", SWIFT, ids=lambda one: one.kind)
@tried(data=st.data())
def test_a_swift_reader_says_what_the_long_way_says(control: Control, data: st.DataObject) -> None:
    settings = data.draw(st.sampled_from([control.sample["config"], *SETTINGS[control.kind]]))
    samples = [*control.sample["valid"], *control.sample["invalid"]]
    near = st.sampled_from(samples).flatmap(mutated)
    agrees(control, settings, data.draw(ANY | near | st.sampled_from(samples)))


@pytest.mark.parametrize("control", SWIFT, ids=lambda one: one.kind)
def test_a_swift_reader_takes_the_usual(control: Control) -> None:
    usual = {
        "text": "王小明", "textarea": "一行\n两行", "select": "a", "radio": "b", "multiselect": ["a", "c"], "checkboxes": ["b"],
        "money": "120.00", "integer": 4, "rating": 5, "boolean": True, "date": "2026-03-01", "datetime": "2026-03-01T09:00:00+08:00",
    }  # fmt: skip
    read = control.swift(control.settings(SETTINGS[control.kind][0])) if control.swift else None
    assert read is not None
    assert read(usual[control.kind]) is not UNSURE
