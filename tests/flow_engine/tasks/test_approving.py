"""Approvals in a flow: who is asked, what they may do, and where it goes."""

from datetime import timedelta

import pytest

from engine.problems import Conflict, Forbidden, Rejected
from flow_engine.acts import People
from flow_engine.happenings import InstanceAction
from tests.flow_engine.tasks.playing import Play, approve, codes, flow

TEAM = {"boss": ["ann", "bob"], "finance": ["fay"], "vice": ["vic"]}


def test_any_one_of_a_role_decides_and_the_others_need_not():
    play = Play(flow(approve()), TEAM)
    assert play.turn() == {"ann", "bob"}
    play.yes("ann")
    assert play.outcome == "done"
    assert [one.state for one in play.past] == ["done", "cancelled"]


def test_all_must_agree():
    play = Play(flow(approve(who=[{"role": "boss"}, {"role": "finance"}], mode="all")), TEAM)
    play.yes("ann")
    play.yes("fay")
    assert play.turn() == {"bob"}
    play.yes("bob")
    assert play.outcome == "done"


def test_one_refusal_ends_it_with_a_reason():
    play = Play(flow(approve(mode="all")), TEAM)
    with pytest.raises(Rejected) as refused:
        play.act("ann", way="rejected")
    assert codes(refused) == ["task.comment_required"]
    play.no("ann", "too cheap")
    assert (play.outcome, play.way("ok")) == ("done", "rejected")


def test_in_order_the_second_is_told_when_it_is_their_turn():
    play = Play(flow(approve(mode="order")), TEAM)
    assert play.turn() == {"ann"}
    with pytest.raises(Forbidden):
        play.yes("bob")
    play.yes("ann")
    assert play.turn() == {"bob"}
    assert [(one.kind, one.to) for one in play.notices] == [("task", ("bob",))]


def test_in_order_each_has_the_whole_time_and_the_ladder_begins_anew():
    due = {"in": "2h", "late": [{"remind": "who"}, {"after": "1h", "do": "rejected"}]}
    play = Play(flow(approve(mode="order", due=due)), TEAM)
    play.later(hours=2, minutes=30)
    play.yes("ann")
    assert play.task_of("bob").due_at == play.now + timedelta(hours=2)
    play.later(hours=1)
    assert play.turn() == {"bob"}
    play.notices.clear()
    play.later(hours=1)
    assert {(one.kind, one.to) for one in play.notices} == {("late", ("bob",)), ("remind", ("bob",))}
    play.later(hours=1)
    assert play.way("ok") == "rejected"


def test_what_is_asked_tells_its_amount_so_that_proxies_up_to_an_amount_can_be_found():
    asked = []

    class Listening(Play):
        def answer(self, act):
            if isinstance(act, People):
                asked.append(act.amount)
            return super().answer(act)

    Listening(flow(approve(amount="{plan.discount} * 2")), TEAM, record={"discount": 40})
    Listening(flow(approve()), TEAM)
    assert asked == [80, None]


def test_nobody_there():
    assert Play(flow(approve(who="ghost", if_nobody="approve")), TEAM).outcome == "done"
    assert Play(flow(approve(who="ghost", if_nobody={"role": "finance"})), TEAM).turn() == {"fay"}
    stuck = Play(flow(approve(who="ghost")), TEAM)
    assert stuck.incidents[0].problem.code == "task.nobody"
    too_few = Play(flow(approve(least=3, if_nobody={"role": "finance"})), TEAM)
    assert too_few.turn() == {"fay"}


def test_whoever_asked_does_not_approve_it():
    assert Play(flow(approve(if_self="skip", mode="all")), TEAM, starter="ann").turn() == {"bob"}
    assert Play(flow(approve(who={"user": '"ann"'}, if_self="skip")), TEAM, starter="ann").outcome == "done"
    manager = Play(flow(approve(if_self="manager", mode="all")), TEAM, starter="ann", managers={"ann": "max"})
    assert manager.turn() == {"max", "bob"}
    assert Play(flow(approve(if_self={"role": "finance"})), TEAM, starter="bob").turn() == {"ann", "fay"}


def test_duties_are_kept_apart_whatever_people_choose():
    play = Play(flow(approve(not_who="{plan.seller_id}")), {"boss": ["ann", "sam"]}, starter="eve")
    assert play.turn() == {"ann"}
    for action, values in (
        ("transfer", {"to": "sam"}),
        ("delegate", {"to": "sam"}),
        ("add_signers", {"people": ["sam"], "side": "before", "mode": "all"}),
    ):
        with pytest.raises(Rejected) as refused:
            play.act("ann", action, **values)
        assert codes(refused) == ["task.barred"]


SELLER = {"boss": ["sam", "ann"], "chief": ["sam", "cat"]}
"""Sam has sold what is to be approved (`plan.seller_id`)."""


def test_duties_are_kept_apart_whoever_is_brought_in_instead():
    barred = {"not_who": "{plan.seller_id}"}
    play = Play(flow(approve(who="ghost", if_nobody={"role": "boss"}, **barred)), SELLER, starter="eve")
    assert play.turn() == {"ann"}
    above = approve(who={"user": '"ann"'}, if_self="manager", if_nobody={"role": "chief"}, **barred)
    assert Play(flow(above), SELLER, starter="ann", managers={"ann": "sam"}).turn() == {"cat"}
    for rung, expected in (("hand_to", {"cat"}), ("add", {"ann", "cat"})):
        due = {"in": "1h", "late": [{"after": "1h", rung: {"role": "chief"}}]}
        play = Play(flow(approve(who={"user": '"ann"'}, due=due, **barred)), SELLER, starter="eve")
        play.later(hours=3)
        assert play.turn() == expected, rung


def test_whoever_asked_is_not_brought_in_by_the_ladder_or_for_want_of_others():
    fallback = approve(who="ghost", if_self="skip", if_nobody={"role": "boss"})
    assert Play(flow(fallback), SELLER, starter="sam").turn() == {"ann"}
    due = {"in": "1h", "late": [{"after": "1h", "add": {"role": "chief"}}]}
    play = Play(flow(approve(who={"user": '"ann"'}, if_self="skip", due=due)), SELLER, starter="sam")
    play.later(hours=3)
    assert play.turn() == {"ann", "cat"}


def test_nobody_above_is_nobody_to_ask_and_no_consent():
    alone = {"who": {"user": '"ann"'}, "if_self": "manager"}
    stuck = Play(flow(approve(**alone)), TEAM, starter="ann")
    assert stuck.incidents[0].problem.code == "task.nobody"
    play = Play(flow(approve(**alone, if_nobody={"role": "finance"})), TEAM, starter="ann")
    assert play.turn() == {"fay"}
    # Whoever is the last resort has nobody above: they decide, and it can be seen that they did.
    last = approve(**alone, if_nobody={"user": '"ann"'})
    assert Play(flow(last), TEAM, starter="ann").turn() == {"ann"}


def test_more_votes_than_there_are_people_is_told_and_not_a_refusal():
    stuck = Play(flow(approve(mode="votes", votes=5)), TEAM)
    assert [one.problem.code for one in stuck.incidents] == ["task.too_few"]
    play = Play(flow(approve(mode="votes", votes=5, if_nobody={"role": "finance"})), TEAM)
    assert play.turn() == {"fay"}


def test_a_late_task_comes_to_each_person_once():
    def late(who):
        return {"in": "1h", "late": [{"after": "1h", "hand_to": who}]}

    for to, expected in (({"user": '"ann"'}, {"ann", "bob"}), ({"user": '"max"'}, {"max"})):
        play = Play(flow(approve(mode="all", due=late(to))), TEAM, starter="eve")
        play.later(hours=3)
        assert play.turn() == expected
        open_tasks = [one.assignee for one in play.tasks() if one.state == "open"]
        assert sorted(open_tasks) == sorted(expected)
    play.yes("max")
    assert play.outcome == "done"
    play = Play(flow(approve(who={"user": '"ann"'}, due=late({"role": "chief"}))), SELLER, starter="eve")
    play.later(hours=3)
    assert play.turn() == {"sam", "cat"}
    play.yes("cat")
    assert (play.outcome, play.way("ok")) == ("done", "approved")


def test_who_agreed_already_is_not_asked_again():
    nodes = (
        approve("one", to="two"),
        approve("two", who=[{"role": "boss"}, {"role": "finance"}], mode="all", same_people="flow"),
    )
    play = Play(flow(*nodes), TEAM)
    play.yes("ann")
    assert play.turn() == {"bob", "fay"}


def test_agreed_right_before_or_anywhere_before():
    def three(same):
        return flow(
            approve("one", to="two"),
            approve("two", who="finance", to="three"),
            approve("three", same_people=same, mode="all"),
        )

    for same, expected in (("consecutive", {"ann", "bob"}), ("flow", {"bob"}), ("each", {"ann", "bob"})):
        play = Play(three(same), TEAM)
        play.yes("ann")
        play.yes("fay")
        assert play.turn() == expected, same


def test_a_chain_of_managers():
    play = Play(flow(approve(who={"managers": 2}, mode="order")), managers={"sam": "ann", "ann": "max"})
    play.yes("ann")
    assert play.turn() == {"max"}


def test_people_chosen_before_and_by_who_did_an_earlier_step():
    one = approve("one", to="two", choose=[{"node": "two"}])
    two = approve("two", who={"chosen_by": "before"}, to="three")
    play = Play(flow(one, two, approve("three", who={"who_did": "one"})), TEAM)
    with pytest.raises(Rejected) as refused:
        play.yes("bob")
    assert codes(refused) == ["task.choose"]
    play.yes("bob", choose={"two": ["zoe"]})
    assert play.turn() == {"zoe"}
    play.yes("zoe")
    assert play.turn() == {"bob"}


def test_random_asks_one_and_the_same_one_again():
    first = Play(flow(approve(mode="random")), TEAM).turn()
    assert len(first) == 1
    assert Play(flow(approve(mode="random")), TEAM).turn() == first


def test_a_proxy_decides_for_who_is_away():
    play = Play(flow(approve(mode="all")), TEAM, proxies={"ann": "pat"})
    assert play.turn() == {"pat", "bob"}
    assert play.task_of("pat").owner == "ann"


def test_transfer_moves_it_and_the_old_holder_is_out():
    play = Play(flow(approve(who={"user": '"ann"'})))
    play.act("ann", "transfer", to="kim")
    assert play.turn() == {"kim"}
    with pytest.raises(Forbidden):
        play.yes("ann", task=play.task_of("kim"))
    assert play.task_of("kim").data["trail"][-1]["from"] == "ann"


def test_delegation_comes_back_with_advice():
    play = Play(flow(approve(who={"user": '"ann"'})))
    play.act("ann", "delegate", to="kim", comment="what do you think?")
    assert play.turn() == {"kim"}
    play.yes("kim", comment="fine")
    assert (play.outcome, play.turn()) == ("running", {"ann"})
    assert play.task_of("ann").data["advice"][0]["way"] == "approved"
    play.no("ann")
    assert play.way("ok") == "rejected"


@pytest.mark.parametrize("side", ["before", "after", "parallel"])
@pytest.mark.parametrize("mode", ["any", "all", "order"])
def test_signers_added_three_by_three(side, mode):
    play = Play(flow(approve(who={"user": '"ann"'}, mode="all")))
    play.act("ann", "add_signers", people=["kim", "lee"], side=side, mode=mode)
    added = {"kim"} if mode == "order" else {"kim", "lee"}
    expected = {"before": added, "after": {"ann"}, "parallel": added | {"ann"}}[side]
    assert play.turn() == expected
    if side != "before":
        play.yes("ann")
    for who in ("kim",) if mode == "any" else ("kim", "lee"):
        assert play.outcome == "running"
        play.yes(who)
    if side == "before":
        assert play.turn() == {"ann"}
        play.yes("ann")
    assert play.outcome == "done"


def test_signers_add_signers_and_are_removed_with_theirs():
    play = Play(flow(approve(who={"user": '"ann"'})))
    play.act("ann", "add_signers", people=["kim"], side="before", mode="all")
    play.act("kim", "add_signers", people=["lee"], side="before", mode="all")
    assert play.turn() == {"lee"}
    kim = play.task_of("kim")
    with pytest.raises(Rejected):
        play.act("kim", "remove_signers", tasks=[kim.task_id])
    play.act("ann", "remove_signers", tasks=[kim.task_id])
    assert play.turn() == {"ann"}


def test_sent_back_and_straight_back_to_who_sent_it():
    steps = {
        "key": "revise",
        "kind": "fill",
        "who": "{plan.seller_id}",
        "fields": {"discount": "write"},
        "to": "lead",
    }
    nodes = steps, approve("lead", who="boss", to="director"), approve("director", who="finance")
    straight, replay = Play(flow(*nodes), TEAM), Play(flow(*nodes), TEAM)
    for play, then in ((straight, "straight"), (replay, "replay")):
        play.act("sam", values={"discount": 1})
        play.yes("ann")
        play.act("fay", "send_back", to="revise", resume=then, comment="too high")
        assert play.turn() == {"sam"}
        assert next(iter(play.state.tokens.values())).data["returned"]["comment"] == "too high"
        play.act("sam", values={"discount": 2})
    assert straight.turn() == {"fay"}
    assert replay.turn() == {"ann", "bob"}


def test_sent_back_only_to_steps_already_taken():
    play = Play(flow(approve("one", to="two"), approve("two", who="finance")), TEAM)
    with pytest.raises(Rejected) as refused:
        play.act("ann", "send_back", to="two", comment="?")
    assert codes(refused) == ["task.not_there"]


def test_sent_back_inside_a_parallel_branch_leaves_the_other_branch():
    split = {"key": "split", "kind": "parallel", "ways": [{"key": "a", "to": "a1"}, {"key": "b", "to": "b1"}]}
    join = {"key": "join", "kind": "join", "to": "end"}
    nodes = (
        split, approve("a1", who="boss", to="a2"), approve("a2", who="finance", to="join"), approve("b1", who="vice", to="join"), join,
    )  # fmt: skip
    play = Play(flow(*nodes), TEAM)
    play.yes("ann")
    play.act("fay", "send_back", to="a1", comment="look again")
    assert play.turn() == {"ann", "bob", "vic"}
    play.yes("vic")
    play.yes("bob")
    play.yes("fay")
    assert play.outcome == "done"


REVISE = {"key": "revise", "kind": "fill", "who": "{plan.seller_id}", "fields": {"discount": "write"}}
SPLIT = {"key": "split", "kind": "parallel", "ways": [{"key": "a", "to": "a1"}, {"key": "b", "to": "b1"}]}
JOIN = {"key": "join", "kind": "join", "to": "last"}


def branching():
    """Return a flow of two branches, after a step that fills in what both look at."""
    return flow(
        {**REVISE, "to": "split"}, SPLIT, approve("a1", who="boss", to="join"),
        approve("b1", who="vice", to="b2"), approve("b2", who="finance", to="join"), JOIN, approve("last", who={"user": '"zoe"'}),
    )  # fmt: skip


def test_straight_back_out_of_a_branch_leaves_the_others_as_they_are():
    play = Play(branching(), TEAM)
    play.act("sam", values={"discount": 1})
    play.yes("vic")
    play.act("fay", "send_back", to="revise", resume="straight", comment="too high")
    assert play.turn() == {"sam", "ann", "bob"}
    play.yes("ann")
    play.act("sam", values={"discount": 2})
    assert play.turn() == {"fay"}
    play.yes("fay")
    play.yes("zoe")
    assert play.outcome == "done"


def test_a_return_step_by_step_takes_the_other_branches_away_and_walks_them_again():
    play = Play(branching(), TEAM)
    play.act("sam", values={"discount": 1})
    play.yes("vic")
    play.act("fay", "send_back", to="revise", comment="too high")
    assert play.turn() == {"sam"}
    play.act("sam", values={"discount": 2})
    assert play.turn() == {"ann", "bob", "vic"}


def test_what_was_to_come_straight_back_and_goes_elsewhere_takes_the_branches_away():
    first = approve("first", who={"user": '"gus"'}, to="split")
    split = {**SPLIT, "ways": [{"key": "a", "to": "a1"}, {"key": "b", "to": "b1"}]}
    play = Play(
        flow(
            first,
            split,
            approve("a1", who="boss", to="join"),
            approve("b1", who="vice", to="join"),
            {**JOIN, "to": "end"},
        ),
        TEAM,
    )
    play.yes("gus")
    play.act("vic", "send_back", to="first", resume="straight", comment="?")
    play.no("gus")
    assert play.outcome == "done"
    assert play.at() == set()


def test_skipped_or_mended_a_step_still_goes_straight_back():
    play = Play(branching(), TEAM)
    play.act("sam", values={"discount": 1})
    play.act("vic", "send_back", to="revise", resume="straight", comment="?")
    token = next(one for one in play.state.tokens.values() if one.node == "revise")
    play.do(InstanceAction("skip", "boss", {"token_id": token.token_id}))
    assert play.turn() == {"vic", "ann", "bob"}
    play.yes("vic")
    play.yes("fay")
    play.yes("ann")
    play.yes("zoe")
    assert play.outcome == "done"


def test_straight_back_twice_leads_back_twice():
    nodes = (
        {**REVISE, "to": "one"},
        approve("one", who="boss", to="two"),
        approve("two", who="vice", to="three"),
    )
    play = Play(flow(*nodes, approve("three", who="finance")), TEAM)
    play.act("sam", values={"discount": 1})
    play.yes("ann")
    play.yes("vic")
    play.act("fay", "send_back", to="one", resume="straight", comment="?")
    play.act("ann", "send_back", to="revise", resume="straight", comment="?")
    play.act("sam", values={"discount": 2})
    assert play.turn() == {"ann", "bob"}
    play.yes("bob")
    assert play.turn() == {"fay"}
    play.yes("fay")
    assert play.outcome == "done"


def inside(key, who, to):
    """Return an approval within a block, which ends with the block."""
    return {**approve(key, who=who), "to": {"approved": to, "rejected": "out"}}


def test_straight_back_into_a_block_finds_it_as_it_was():
    block = {"key": "block", "kind": "block", "body": "split", "to": "last"}
    play = Play(
        flow(
            {**REVISE, "to": "block"}, block, SPLIT, inside("a1", "boss", "join"), inside("b1", "vice", "join"),
            {"key": "join", "kind": "join", "to": "out"}, {"key": "out", "kind": "end"}, approve("last", who={"user": '"zoe"'}),
        ),
        TEAM,
    )  # fmt: skip
    play.act("sam", values={"discount": 1})
    play.act("vic", "send_back", to="revise", resume="straight", comment="?")
    assert play.turn() == {"sam", "ann", "bob"}
    play.yes("ann")
    play.act("sam", values={"discount": 2})
    assert play.turn() == {"vic"}
    play.yes("vic")
    play.yes("zoe")
    assert play.outcome == "done"


def test_straight_back_into_a_block_of_one_step_finds_it_open():
    block = {"key": "block", "kind": "block", "body": "b1", "to": "last"}
    play = Play(
        flow({**REVISE, "to": "block"}, block, inside("b1", "vice", "out"), {"key": "out", "kind": "end"},
             approve("last", who={"user": '"zoe"'})),
        TEAM,
    )  # fmt: skip
    play.act("sam", values={"discount": 1})
    play.act("vic", "send_back", to="revise", resume="straight", comment="?")
    assert play.turn() == {"sam"}
    play.act("sam", values={"discount": 2})
    assert play.turn() == {"vic"}
    play.yes("vic")
    assert play.turn() == {"zoe"}


def test_taking_back_looks_at_ones_own_branch():
    play = Play(branching(), TEAM)
    play.act("sam", values={"discount": 1})
    play.yes("vic")
    play.yes("ann")
    # Ann decided last, but beside Fay's branch: what Vic decided there is his to take back.
    with pytest.raises(Conflict):
        play.act("ann", "take_back", task=play.task_of("fay"))
    play.act("vic", "take_back", task=play.task_of("fay"))
    assert play.turn() == {"vic"}
    play.yes("vic")
    play.yes("fay")
    play.yes("zoe")
    assert play.outcome == "done"


def test_taking_back_is_too_late_once_somebody_has_decided_in_any_branch_that_followed():
    play = Play(branching(), TEAM)
    play.act("sam", values={"discount": 1})
    play.yes("ann")
    with pytest.raises(Conflict):
        play.act("sam", "take_back", task=play.task_of("vic"))


def test_taken_back_until_somebody_has_decided_after():
    play = Play(
        flow(
            approve("one", to="two"), approve("two", who="finance", to="three"), approve("three", who="vice")
        ),
        TEAM,
    )
    play.yes("ann")
    with pytest.raises(Conflict):
        play.act("bob", "take_back", task=play.task_of("fay"))
    play.act("ann", "take_back", task=play.task_of("fay"))
    assert play.turn() == {"ann"}
    play.yes("ann")
    play.yes("fay")
    with pytest.raises(Conflict):
        play.act("ann", "take_back", task=play.task_of("vic"))


def test_one_of_several_takes_their_word_back_while_others_decide():
    play = Play(flow(approve(mode="all")), TEAM)
    mine = play.task_of("ann")
    play.yes("ann")
    play.act("ann", "take_back", task=next(one for one in play.tasks() if one.task_id == mine.task_id))
    assert play.turn() == {"ann", "bob"}


def test_urging_has_limits():
    play = Play(flow(approve(who={"user": '"ann"'})))
    play.act("sam", "urge")
    assert play.notices[-1].to == ("ann",)
    with pytest.raises(Rejected) as refused:
        play.act("sam", "urge")
    assert codes(refused) == ["task.urged_too_often"]
    play.later(hours=1)
    play.act("sam", "urge")


def test_five_urges_a_day_and_the_sixth_a_day_after_the_first():
    play = Play(flow(approve(who={"user": '"ann"'})))
    for _ in range(5):
        play.act("sam", "urge")
        play.later(hours=1)
    with pytest.raises(Rejected) as refused:
        play.act("sam", "urge")
    assert codes(refused) == ["task.urged_too_often"]
    play.later(hours=19, minutes=1)
    play.act("sam", "urge")
    play.later(minutes=40)
    with pytest.raises(Rejected):
        play.act("sam", "urge")
    play.later(minutes=25)
    play.act("sam", "urge")


def test_a_signature_is_asked_for_and_a_field_required():
    play = Play(
        flow(approve(who="vice", signature=True, fields={"note": "required", "discount": "read"})), TEAM
    )
    with pytest.raises(Rejected) as refused:
        play.yes("vic")
    assert codes(refused) == ["task.sign"]
    with pytest.raises(Rejected) as refused:
        play.yes("vic", signed={"shown": "x"})
    assert codes(refused) == ["playing.blank"]
    play.yes("vic", signed={"shown": "x"}, values={"note": "seen"})
    assert play.outcome == "done"
    assert play.filled[-1].fields == {"*": "read", "note": "required", "discount": "read"}


BY_ROLE = {"discount": {"boss": "required", "finance": "masked", "*": "read"}, "note": "write"}


@pytest.mark.parametrize(
    ("who", "level"),
    [("vic", "read"), ("fay", "masked"), ("ann", "required")],
    ids=["others", "one role", "another"],
)
def test_field_rights_may_say_which_role_they_are_for(who, level):
    play = Play(flow(approve(who={"user": f'"{who}"'}, fields=BY_ROLE)), TEAM)
    play.yes(who, values={"note": "x", **({"discount": 1} if level == "required" else {})})
    assert play.filled[-1].fields == {"*": "read", "note": "write", "discount": level}


def test_what_one_role_must_fill_in_another_need_not():
    play = Play(flow(approve(who={"user": '"vic"'}, fields=BY_ROLE)), TEAM)
    play.yes("vic")
    assert play.outcome == "done"
    play = Play(flow(approve(who={"user": '"ann"'}, fields=BY_ROLE)), TEAM)
    with pytest.raises(Rejected) as refused:
        play.yes("ann")
    assert codes(refused) == ["playing.blank"]


def test_a_stale_click_is_refused_and_changes_nothing():
    play = Play(flow(approve("one", to="two"), approve("two", who="finance")), TEAM)
    old = play.task_of("ann")
    play.yes("bob")
    with pytest.raises(Conflict):
        play.yes("ann", task=old)
    assert play.turn() == {"fay"}


def test_a_copy_waits_for_nobody():
    copy = {"key": "tell", "kind": "cc", "who": {"role": "boss"}, "to": "ok"}
    play = Play(flow(copy, approve(who="vice")), TEAM)
    assert play.turn() == {"vic"}
    copies = [one for one in play.tasks() if one.kind == "cc"]
    assert {one.assignee for one in copies} == {"ann", "bob"}
    play.yes("vic")
    assert play.outcome == "done"
    play.do(
        __import__("flow_engine.happenings", fromlist=["TaskAction"]).TaskAction(
            copies[0].task_id, "read", "ann"
        )
    )
    assert play.past[0].state == "done"


def test_the_flow_knows_whose_word_it_was():
    nodes = (
        approve("first", who="boss", to="second", decided_by="chief"),
        approve("second", who="finance", to="note", decided_by="payer"),
        {
            "key": "note",
            "kind": "update",
            "record": "{plan}",
            "set": {"note": "CONCAT({chief}, {payer})"},
            "to": "end",
        },
    )
    play = Play(flow(*nodes), TEAM)
    play.yes("bob")
    play.yes("fay")
    assert play.records["plan", "p1"]["note"] == "bobfay"


def test_where_nobody_decided_no_name_is_given():
    late = {"in": "1d", "late": [{"do": "approved"}]}
    nodes = (
        approve("first", who="boss", to="note", decided_by="chief", due=late),
        {
            "key": "note",
            "kind": "update",
            "record": "{plan}",
            "set": {"note": 'COALESCE({chief}, "nobody")'},
            "to": "end",
        },
    )
    play = Play(flow(*nodes), TEAM)
    play.later(days=2)
    assert play.records["plan", "p1"]["note"] == "nobody"
