"""The publish gate: every fault is found, and its counter-example shows it on the real engine."""

import time
from typing import Any

import pytest

from flow_engine.soundness import Finding, Staffing, check, reachable_after
from flow_engine.soundness.playing import play
from flow_engine.state import ROOT
from tests.flow_engine.test_patterns import PATTERNS
from tests.flow_engine.worlds import EMPTY, Json, Play, analysis_of, end, flow, form, node, plan_of, task

PLAN = analysis_of(
    form("plan", amount="number", approval="text", owner="user"),
    {
        **form("care", note="text"),
        "fields": [{"key": "sign", "control": "text", "label": {"zh": "签名"}, "required": True}],
    },
)
ON_PLAN = {"trigger": {"kind": "record_updated", "form": "plan", "fields": ["amount"]}}


def found(definition: Json, analysis: Any = EMPTY, **more: Any) -> list[Finding]:
    return check(plan_of(definition, analysis), analysis.app, **more)


def codes(definition: Json, analysis: Any = EMPTY, **more: Any) -> list[str]:
    return [one.code for one in found(definition, analysis, **more)]


def parallel(key: str, *to: str) -> Json:
    return node(key, "parallel", ways=[{"key": one, "to": one} for one in to])


def switch(key: str, *ways: tuple[str, str]) -> Json:
    made = [{"key": to, "to": to, **({"when": when} if when else {"otherwise": True})} for to, when in ways]
    return node(key, "switch", ways=made)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_is_called_unsound(name: str):
    findings = found(PATTERNS[name]["flow"])
    assert [one.code for one in findings if one.level == "stop"] == []
    # Merges without a join are what these three are about, and are told as advice.
    merging = {"08_multi_merge", "31_blocking_partial_join", "33_generalized_and_join"}
    assert ("F04" in {one.code for one in findings}) == (name in merging)


def test_f01_a_node_no_way_leads_to():
    (one,) = found(flow(task("a", "end"), task("lost", "end"), end()))
    assert (one.code, one.nodes) == ("F01", ("lost",))
    assert one.problem.message("zh") == "「lost」永远走不到"


def test_f02_a_join_that_waits_for_a_branch_that_was_not_taken():
    stuck = flow(
        switch("pick", ("a", "1 = 1"), ("b", "")),
        task("a", "join"),
        task("b", "join"),
        node("join", "join", "end"),
        end(),
    )
    first, second = found(stuck)
    assert {(one.code, one.nodes) for one in (first, second)} == {
        ("F02", ("join", "a")),
        ("F02", ("join", "b")),
    }
    assert first.fix == {"kind": "set", "node": "join", "path": "of", "value": "started"}


def test_the_counter_example_of_a_stuck_join_gets_stuck_when_it_is_played():
    definition = flow(
        parallel("split", "a", "b"),
        task("a", "join"),
        switch("b", ("c", "1 = 2"), ("end", "")),
        task("c", "join"),
        node("join", "join", "end"),
        end(),
    )
    one = next(one for one in found(definition) if one.code == "F02")
    state = play(plan_of(definition), one.example)
    assert [token.node for token in state.tokens.values()] == ["join"]
    assert state.instance.ended_at is None
    mended = {
        **definition,
        "nodes": [
            {**each, "of": "started"} if each["key"] == "join" else each for each in definition["nodes"]
        ],
    }
    assert "F02" not in codes(mended)
    assert play(plan_of(mended), one.example).instance.ended_at is not None


def test_f03_the_end_of_a_region_while_another_branch_of_it_runs():
    definition = flow(
        node("loop", "block", "end", body="split"), parallel("split", "a", "b"), task("a", "out"), task("b", "quiet"),
        node("out", "end_body"), node("quiet", "end"), end(),
    )  # fmt: skip
    assert "F03" in codes(definition)


def test_f04_two_branches_meet_without_a_join():
    definition = flow(
        parallel("split", "a", "b"),
        task("a", "tell"),
        task("b", "tell"),
        node("tell", "set", "end", set={"x": "1"}),
        end(),
    )
    one = next(one for one in found(definition) if one.code == "F04")
    assert (one.nodes, one.level) == (("tell",), "warn")


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ([("a", "{plan.amount} > 5000"), ("b", "{plan.amount} < 5000")], "plan.amount = 5000"),
        ([("a", "{plan.amount} >= 5000"), ("b", "{plan.amount} < 5000")], "plan.amount is blank"),
        (
            [("a", '{plan.approval} = "yes"'), ("b", '{plan.approval} = "no"')],
            "plan.approval = any other value",
        ),
    ],
)
def test_f05_a_value_for_which_no_branch_is_open(ways: Any, said: str):
    definition = flow(switch("pick", *ways), task("a", "end"), task("b", "end"), end(), **ON_PLAN)
    one = next(one for one in found(definition, PLAN) if one.code == "F05")
    assert said in one.problem.message("en")
    closed = flow(switch("pick", *ways, ("end", "")), task("a", "end"), task("b", "end"), end(), **ON_PLAN)
    assert "F05" not in codes(closed, PLAN)


def test_f06_a_branch_that_an_earlier_one_always_takes():
    ways = [("a", "{plan.amount} > 10"), ("b", "{plan.amount} > 100"), ("end", "")]
    definition = flow(switch("pick", *ways), task("a", "end"), task("b", "end"), end(), **ON_PLAN)
    one = next(one for one in found(definition, PLAN) if one.code == "F06")
    assert one.problem.path == "/flows/test/nodes/0/ways/1/when"


def test_f06_a_condition_that_contradicts_itself():
    ways = [("a", "AND({plan.amount} > 10, {plan.amount} < 5)"), ("end", "")]
    assert "F06" in codes(flow(switch("pick", *ways), task("a", "end"), end(), **ON_PLAN), PLAN)


def test_f07_a_loop_in_which_nothing_waits():
    spin = flow(
        task("a", "b"), node("b", "set", "c", set={"x": "1"}), switch("c", ("b", "1 = 2"), ("end", "")), end()
    )
    assert "F07" in codes(spin)
    waits = flow(task("b", "c"), switch("c", ("b", "1 = 2"), ("end", "")), end())
    assert "F07" not in codes(waits)


def test_f08_a_required_field_that_is_hidden_where_the_form_is_filled():
    fill = node("fill", "fill", "end", who={"role": "nurse"}, form="care", fields={"sign": "hidden"})
    assert "F08" in codes(flow(fill, end(), **ON_PLAN), PLAN)
    assert "F08" not in codes(flow({**fill, "fields": {"sign": "write"}}, end(), **ON_PLAN), PLAN)


def test_f09_a_role_that_is_empty_in_a_branch():
    ask = node(
        "ask",
        "approve",
        {"approved": "end", "rejected": "end"},
        who={"role": "director", "branch": "{plan.branch_id}"},
    )
    staffing = Staffing({"director": frozenset({"b1"})}, {"b1": "东院", "b2": "西院"})
    one = next(
        one for one in found(flow(ask, end(), **ON_PLAN), PLAN, staffing=staffing) if one.code == "F09"
    )
    assert "西院" in one.problem.message("zh")
    assert "F09" not in codes(
        flow({**ask, "if_nobody": "approve"}, end(), **ON_PLAN), PLAN, staffing=staffing
    )


def test_f10_the_only_approver_is_the_one_who_may_not():
    ask = node(
        "ask", "approve", {"approved": "end", "rejected": "end"}, who="{plan.owner}", not_who="{plan.owner}"
    )
    assert "F10" in codes(flow(ask, end(), **ON_PLAN), PLAN)


def test_f11_a_flow_that_sets_itself_off():
    again = flow(node("up", "update", "end", record="{plan}", set={"amount": "1"}), end(), **ON_PLAN)
    assert "F11" in codes(again, PLAN)
    other = flow(node("up", "update", "end", record="{plan}", set={"approval": '"x"'}), end(), **ON_PLAN)
    assert "F11" not in codes(other, PLAN)


def test_f11_two_flows_that_set_each_other_off():
    first = flow(
        node("up", "update", "end", record="{plan}", set={"approval": '"x"'}), end(), key="first", **ON_PLAN
    )
    on_approval = {"trigger": {"kind": "record_updated", "form": "plan", "fields": ["approval"]}}
    second = flow(
        node("up", "update", "end", record="{plan}", set={"amount": "1"}), end(), key="second", **on_approval
    )
    assert "F11" in codes(first, PLAN, others={"second": plan_of(second, PLAN)})
    assert "F11" not in codes(first, PLAN)


def test_f12_a_way_back_from_which_there_is_no_way_out():
    definition = flow(
        task("a", "b"), switch("b", ("c", "1 = 2"), ("end", "")), task("c", "d"), task("d", "c"), end()
    )
    one = next(one for one in found(definition) if one.code == "F12")
    assert play(plan_of(definition), one.example).instance.ended_at is None


def test_f13_a_name_that_only_one_branch_sets():
    definition = flow(
        switch("pick", ("a", "{plan.amount} > 1"), ("b", "")), node("a", "set", "b", set={"x": "1"}),
        node("b", "set", "end", set={"y": "{x} + 1"}), end(), **ON_PLAN,
    )  # fmt: skip
    one = next(one for one in found(definition, PLAN) if one.code == "F13")
    assert one.problem.message("en") == "“b” uses “x”, which has no value yet on some ways"
    given = {"variables": [{"key": "x", "type": "number", "default": "0"}]}
    assert "F13" not in codes({**definition, **given}, PLAN)


def test_f13_branches_that_all_arrive_have_all_set_theirs():
    definition = flow(
        parallel("split", "a", "b"), node("a", "set", "join", set={"x": "1"}), node("b", "set", "join", set={"y": "1"}),
        node("join", "join", "c"), node("c", "set", "end", set={"z": "{x} + {y}"}), end(),
    )  # fmt: skip
    assert codes(definition) == []


def wide(branches: int, length: int, key: str = "wide") -> Json:
    nodes = [parallel("split", *(f"n{b}_0" for b in range(branches)))]
    for b in range(branches):
        nodes += [task(f"n{b}_{i}", f"n{b}_{i + 1}" if i + 1 < length else "join") for i in range(length)]
    return flow(*nodes, node("join", "join", "end"), end(), key=key)


def test_f14_a_flow_too_wide_to_be_looked_through():
    loose = wide(8, 4)
    for one in loose["nodes"]:
        # Branches that end on their own are no block that could be proved by itself.
        one.update({"to": "end"} if one.get("to") == "join" else {})
    loose["nodes"] = [one for one in loose["nodes"] if one["key"] != "join"]
    assert codes(loose) == ["F14"]


def test_branches_that_come_together_are_proved_one_by_one():
    assert codes(wide(8, 4)) == []
    began = time.process_time()
    assert codes(wide(400, 2)) == []
    assert time.process_time() - began < 10


def test_a_fault_behind_a_block_can_be_played_through_it():
    definition = flow(
        parallel("split", "a", "b"), task("a", "a2"), task("a2", "join"), task("b", "join"), node("join", "join", "pick"),
        switch("pick", ("x", "1 = 2"), ("y", "")), task("x", "stuck"), task("y", "stuck"), node("stuck", "join", "end"), end(),
    )  # fmt: skip
    for one in found(definition):
        if one.code == "F02":
            state = play(plan_of(definition), one.example)
            assert [token.node for token in state.tokens.values()] == ["stuck"]


def test_a_flow_of_forty_nodes_is_proved_in_a_blink():
    plan = plan_of(wide(3, 12))
    began = time.process_time()
    assert check(plan, EMPTY.app) == []
    assert time.process_time() - began < 0.3


def test_a_return_inside_a_parallel_branch_leaves_the_other_branch_alone():
    play_ = Play(
        plan_of(
            flow(
                task("s", "split"),
                parallel("split", "a", "b"),
                task("a", "a2"),
                task("a2", "join"),
                task("b", "join"),
                node("join", "join", "end"),
                end(),
            )
        )
    ).start()
    play_.do("s")
    play_.do("a")
    play_.do("b")
    state, at = play_.state, play_.at("a2")[0].token_id
    assert reachable_after(play_.plan, state, (at,), (("a", ROOT),))
    # Back before the split, with the other branch already at the join: it would wait there for ever.
    assert not reachable_after(play_.plan, state, (at,), (("s", ROOT),))
    play_.act("jump", "a2", to="s")
    assert play_.waiting() == ["s"]
    for key in ("s", "a", "b", "a2"):
        play_.do(key)
    assert play_.status == "done"


LOOK = node("a", "query", "end", form="plan", **{"as": "found"})


@pytest.mark.parametrize(
    ("one", "path", "close"),
    [
        ({**LOOK, "take": "all", "fields": ["id", "amont"]}, "fields/1", "amount"),
        ({**LOOK, "sort": ["-amont"]}, "sort/0", "amount"),
        ({**LOOK, "kind": "aggregate", "function": "sum", "field": "amont"}, "field", "amount"),
        (
            node("a", "task", "end", who="{plan.owner}", form="plan", fields={"*": "read", "amont": "write"}),
            "fields/amont",
            "amount",
        ),
        (node("a", "task", "end", who="{plan.owner}", fields={"owners": "write"}), "fields/owners", "owner"),
        (
            node("a", "each", "end", over={"form": "plan", "sort": ["amont"]}, body="b"),
            "over/sort/0",
            "amount",
        ),
    ],
)
def test_f16_a_field_that_is_not_there(one: Json, path: str, close: str):
    more = [node("b", "end_body")] if one["kind"] == "each" else []
    told = [one for one in found(flow(one, *more, end(), **ON_PLAN), PLAN) if one.code == "F16"]
    assert [(one.level, one.problem.path) for one in told] == [("stop", f"/flows/test/nodes/0/{path}")]
    assert close in told[0].problem.to_json()["hint"]["zh"]


def test_f16_fields_that_are_there_and_what_is_behind_a_link_are_fine():
    app = analysis_of(
        {**form("plan", amount="number"), "fields": [
            {"key": "amount", "control": "number", "label": {"zh": "金额"}},
            {"key": "customer_id", "control": "link", "to": "customer", "label": {"zh": "患者"}},
        ]},
        form("customer", name="text"),
    )  # fmt: skip
    fine = {**LOOK, "take": "all", "fields": ["id", "no", "amount", "customer_id.name", "customer_id.no"]}
    assert "F16" not in codes(flow(fine, end(), **ON_PLAN), app)
    assert "F16" in codes(flow({**fine, "fields": ["customer_id.nam"]}, end(), **ON_PLAN), app)


def test_f16_a_trigger_that_watches_a_field_that_is_not_there():
    wrong = {"trigger": {"kind": "record_updated", "form": "plan", "fields": ["amont"]}}
    told = [one for one in found(flow(end(), **wrong), PLAN) if one.code == "F16"]
    assert [one.problem.path for one in told] == ["/flows/test/trigger/fields/0"]


def test_f17_a_role_that_is_not_there():
    nurse = {"key": "nurse", "name": {"zh": "护士", "en": "Nurse"}, "grants": {}}
    app = analysis_of(form("plan", amount="number"), roles={"nurse": nurse})
    ask = node("a", "task", "end", who=[{"role": "nurse"}, {"role": "nurs"}])
    told = [one for one in found(flow(ask, end(), **ON_PLAN), app) if one.code == "F17"]
    assert [one.problem.path for one in told] == ["/flows/test/nodes/0/who/1/role"]
    assert "nurse" in told[0].problem.to_json()["hint"]["zh"]


def test_every_finding_speaks_both_languages_and_is_plain_json():
    (one,) = found(flow(task("a", "end"), task("lost", "end"), end()))
    said = one.to_json()
    assert set(said["message"]) == {"zh", "en"}
    assert said["path"] == "/flows/test/nodes/1"
