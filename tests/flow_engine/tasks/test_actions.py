"""Every action: its settings are what its sample says, both languages speak, and it is told what it is not for."""

import pytest

from engine.definitions.validate import Checker
from flow_engine.action import ACTIONS, WHOSE
from flow_engine.approvals.human import OWN_ACTIONS
from flow_engine.compile import node_schema
from flow_engine.node import NODES

KINDS = sorted(ACTIONS.all())
HUMAN = ("approve", "cc", "checklist", "fill", "task")


@pytest.mark.parametrize("kind", KINDS)
def test_its_settings_are_what_the_sample_says(kind):
    action = ACTIONS.get(kind)
    checker = Checker(action.config_schema)
    assert action.sample["valid"]
    for given in action.sample["valid"]:
        assert not list(checker.problems(given, "")), given
    for given in action.sample["invalid"]:
        assert list(checker.problems(given, "")), given


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_a_name_in_both_languages_and_says_whose_it_is(kind):
    action = ACTIONS.get(kind)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in action.zh)
    assert action.en.isascii()
    assert action.whose <= set(WHOSE)


def test_a_node_can_leave_out_what_is_optional_and_nothing_else():
    assert {kind for kind in KINDS if ACTIONS.get(kind).is_optional} == set(OWN_ACTIONS)


@pytest.mark.parametrize("kind", HUMAN)
def test_the_settings_of_human_nodes_are_what_their_samples_say(kind):
    node = NODES.get(kind)
    checker = Checker(node_schema(node))
    given = {"key": "a", "kind": kind}
    assert not list(checker.problems({**given, **node.sample["config"]}, ""))
    for wrong in node.sample["invalid"]:
        assert list(checker.problems({**given, **wrong}, "")), wrong
