"""The contract of every control: settings, samples, words, text form, schema."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.access.filters import OPERATORS as FILTERS
from engine.problems import Problem
from engine.value_type import VALUE_TYPES
from form_engine import controls
from form_engine.control import OPERATORS, Control
from tests.kinds import making
from tests.kinds.making import ALL, FIELDS

every_control = pytest.mark.parametrize("control", ALL, ids=making.name)
every_field = pytest.mark.parametrize("control", FIELDS, ids=making.name)

COMMON = frozenset(
    "key control label help placeholder required required_if visible_if read_only read_only_if default default_formula "
    "unique mask sensitive indexed search history width on_hidden".split()
)


PLACE = re.compile(r"\{([a-z_]+)\}")


def says_it_in_both_languages(problem: Problem) -> bool:
    code = problem.words
    places = {
        place for word in (code.zh, code.en, code.hint_zh, code.hint_en) for place in PLACE.findall(word)
    }
    return bool(code.zh and code.en) and places <= set(problem.params)


@every_control
def test_it_is_found_under_the_name_of_its_file(control: Control) -> None:
    module = __import__(f"{controls.__name__}.{control.kind}", fromlist=["CONTROL"])
    assert module.CONTROL is control


@every_control
def test_it_speaks_both_languages(control: Control) -> None:
    assert control.zh
    assert control.en
    for key, setting in control.config_schema["properties"].items():
        words = setting.get("x-words", {})
        assert set(words) == {"zh", "en"}, f"the setting {key} has no words"


@every_control
def test_its_settings_are_a_closed_schema_that_accepts_its_sample_and_its_defaults(control: Control) -> None:
    Draft202012Validator.check_schema(control.config_schema)
    accepts = Draft202012Validator(control.config_schema).is_valid
    assert accepts(control.sample["config"])
    filled = {k: v for k, v in making.settings(control).items() if k in control.config_schema["properties"]}
    assert accepts(filled)
    assert not accepts({**control.sample["config"], "no_such_setting": 1})


@every_control
def test_its_settings_do_not_hide_the_common_ones(control: Control) -> None:
    assert not COMMON & set(control.config_schema["properties"])


@every_control
def test_it_names_a_known_value_type_and_operators(control: Control) -> None:
    assert control.operators in OPERATORS
    kind = control.value_kind(making.settings(control))
    if control.role == "field":
        assert kind in VALUE_TYPES
        assert control.sample["valid"]
        assert control.sample["invalid"]
    elif control.role in ("virtual", "layout"):
        assert kind is None
    else:
        assert control.role == "computed"
        assert kind is None or kind in VALUE_TYPES


@every_field
def test_what_it_offers_to_filter_by_the_database_can_answer(control: Control) -> None:
    config = making.settings(control)
    kinds = {control.value_kind(config), control.value_kind({**config, "multiple": True})}
    for kind in kinds - {None}:
        unknown = set(OPERATORS[control.operators]) - set(FILTERS[str(kind)])
        assert not unknown, (control.kind, kind, unknown)


@every_field
def test_it_takes_every_valid_sample(control: Control) -> None:
    config = making.settings(control)
    for raw in control.sample["valid"]:
        value, problems = making.given(control, raw, config)
        assert value is not None, raw
        assert problems == [], raw


@every_field
def test_it_refuses_every_invalid_sample_in_words_and_at_its_place(control: Control) -> None:
    config = making.settings(control)
    for raw in control.sample["invalid"]:
        _, problems = making.given(control, raw, config)
        assert problems, raw
        for problem in problems:
            assert problem.path.startswith("/values/it")
            assert says_it_in_both_languages(problem)


@every_field
def test_what_is_kept_is_kept_again_unchanged(control: Control) -> None:
    config = making.settings(control)
    for raw in control.sample["valid"]:
        value, _ = making.given(control, raw, config)
        assert control.normalise(value, config) == value


@every_field
def test_its_text_form_reads_back(control: Control) -> None:
    config = making.settings(control)
    for raw in control.sample["valid"]:
        value, _ = making.given(control, raw, config)
        text = control.to_text(value, config)
        if text and control.kind != "richtext":
            assert making.typed(control, text, config) == value, text


@every_field
def test_an_empty_text_is_blank(control: Control) -> None:
    assert making.typed(control, "", making.settings(control)) is None


@every_field
def test_its_item_rows_fit_its_item_columns(control: Control) -> None:
    config = making.settings(control)
    for raw in control.sample["valid"]:
        value, _ = making.given(control, raw, config)
        rows = list(control.items(value, config))
        assert bool(rows) == bool(control.item_columns)
        for row in rows:
            assert len(row) == len(control.item_columns)
            for cell, column in zip(row, control.item_columns, strict=True):
                assert cell is None or _fits(cell, column.value_type), (column.key, cell)


def _fits(cell: Any, value_type: str) -> bool:
    kept = VALUE_TYPES.get(value_type).parse(cell if value_type != "decimal" else str(cell), {"scale": 6}, "")
    return bool(kept == cell)


@every_field
def test_its_json_schema_accepts_the_valid_samples(control: Control) -> None:
    config = making.settings(control)
    schema = control.json_schema(config)
    Draft202012Validator.check_schema(schema)
    for raw in control.sample["valid"]:
        assert Draft202012Validator(schema).is_valid(raw), raw


@every_field
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_nothing_sent_breaks_it_and_its_schema_never_refuses_what_it_takes(
    control: Control, data: st.DataObject
) -> None:
    config = making.settings(control)
    sample = data.draw(st.sampled_from([*control.sample["valid"], *control.sample["invalid"]]))
    raw = data.draw(making.mutated(sample))
    value, problems = making.given(control, raw, config)
    assert all(
        problem.path.startswith("/values/it") and says_it_in_both_languages(problem) for problem in problems
    )
    if value is None or problems:
        return
    assert Draft202012Validator(control.json_schema(config)).is_valid(raw)
    assert control.normalise(value, config) == value
    list(control.items(value, config))
    text = control.to_text(value, config)
    if text and control.kind != "richtext":
        assert making.typed(control, text, config) == value


@every_field
@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(control: Control, text: str) -> None:
    config = making.settings(control)
    value, problems = making.typed_or_refused(control, text, config)
    assert all(says_it_in_both_languages(problem) for problem in problems)
    if value is not None:
        list(control.check(value, config, ""))
