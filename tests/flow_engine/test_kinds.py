"""The contract of every node and trigger: schema, sample, words, and its place in the format."""

from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from engine.definitions.checks.schemas import json_schema
from engine.problems import Rejected
from flow_engine import nodes as package
from flow_engine.compile import PARTS, node_schema, trigger_schema
from flow_engine.node import NODES, Node
from flow_engine.settings import places
from flow_engine.trigger import TRIGGERS, Trigger
from form_engine.control import CONTROLS
from tests.flow_engine.test_patterns import PATTERNS
from tests.flow_engine.worlds import analysis_of, end, flow, form, plan_of

every_node = pytest.mark.parametrize("kind", list(NODES), ids=lambda one: one.kind)
every_trigger = pytest.mark.parametrize("kind", list(TRIGGERS), ids=lambda one: one.kind)
MUST = set(
    "start end terminate approve fill checklist cc switch parallel inclusive race goto split join each while block call any_order "
    "create update delete query aggregate upsert set decide script wait wait_until receive http message task assign compensate "
    "goal exit".split()
)


def test_all_nodes_that_must_be_there_are():
    assert set(NODES.all()) >= MUST


@every_node
def test_a_node_is_found_under_the_name_of_its_file(kind: Node):
    name = kind.kind if kind.kind not in ("while", "raise") else kind.kind + "_"
    module = __import__(f"{package.__name__}.{name}", fromlist=["NODE"])
    assert module.NODE is kind


@every_node
def test_a_node_speaks_both_languages_and_its_sample_fits_its_schema(kind: Node):
    assert kind.zh
    assert kind.en
    schema = node_schema(kind)
    Draft202012Validator.check_schema(schema)
    accepts = jsonschema_rs.validator_for(schema).is_valid
    sample = {"key": "here", "kind": kind.kind, **kind.sample.get("config", kind.sample)}
    assert accepts(sample)
    assert not accepts({**sample, "no_such_setting": 1})
    for wrong in kind.sample.get("invalid", ()):
        assert not accepts({"key": "here", "kind": kind.kind, **wrong})


@every_node
def test_the_ways_of_a_sample_lead_where_it_says(kind: Node):
    sample = {"key": "here", "kind": kind.kind, **kind.sample.get("config", kind.sample)}
    config = kind.settings(sample)
    targets = {way.to for way in kind.ways(config) if way.to}
    assert targets <= {"end", "inside"} | {str(one) for one in _strings(sample)}
    assert (kind.splits == "none") == (not kind.ways(config))


@every_node
def test_places_of_formulas_are_found_in_a_sample(kind: Node):
    sample = {"key": "here", "kind": kind.kind, **kind.sample.get("config", kind.sample)}
    for place in places(node_schema(kind), sample):
        assert place.text


@every_trigger
def test_a_trigger_speaks_both_languages_and_its_sample_fits_its_schema(kind: Trigger):
    assert kind.zh
    assert kind.en
    accepts = jsonschema_rs.validator_for(trigger_schema(kind)).is_valid
    sample = {"kind": kind.kind, **kind.sample.get("config", kind.sample)}
    assert accepts(sample)
    assert not accepts({**sample, "no_such_setting": 1})


@pytest.mark.parametrize(
    ("kind", "more"),
    [("date_field", {}), ("inactivity", {"after": "30d"}), ("balance", {"below": 2}), ("field_changed", {})],
)
def test_a_trigger_on_a_field_that_is_not_there_or_cannot_be_watched_is_told(kind: str, more: dict[str, Any]):
    forms = analysis_of(form("card", name="text", left="number", ends_on="date"))

    def told(field: str) -> list[tuple[str, str]]:
        trigger = {"kind": kind, "form": "card", "field": field, **more}
        try:
            plan_of(flow(end(), trigger=trigger), forms)
        except Rejected as rejected:
            return [(one.code, one.path) for one in rejected.problems]
        return []

    path = "/flows/test/trigger/field"
    assert told("lef") == [("flow.no_field", path)]
    assert told("left" if kind == "balance" else "ends_on") == []
    assert told("name") == ([] if kind == "field_changed" else [("flow.wrong_field", path)])


def test_the_served_schema_takes_all_patterns_and_refuses_what_no_node_knows():
    schema = json_schema("flows", CONTROLS, PARTS)
    Draft202012Validator.check_schema(schema)
    accepts = jsonschema_rs.validator_for(schema).is_valid
    for pattern in PATTERNS.values():
        assert accepts(pattern["flow"])
    flow = PATTERNS["01_sequence"]["flow"]
    first, *rest = flow["nodes"]
    assert not accepts({**flow, "nodes": [{**first, "no_such_setting": 1}, *rest]})
    assert not accepts({**flow, "nodes": [{**first, "kind": "no_such_kind"}, *rest]})
    assert not accepts({**flow, "trigger": {"kind": "api", "no_such_setting": 1}})


def _strings(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in _strings(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _strings(inner)]
    return [value]
