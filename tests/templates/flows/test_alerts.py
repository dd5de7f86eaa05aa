"""Alerts as the form of rules makes them: told by role, each by their own numbers, in the words of the message."""

import pytest

from engine.problems import Rejected

RULE = {
    "metric": "leads",
    "compare": "fixed",
    "benchmark": "2",
    "threshold": "0",
    "direction": "above",
    "min_sample": 1,
    "schedule": "hourly",
}


def given(practice, who, count):
    for _ in range(count):
        practice.lead(owner_id=practice.user[who], branch_id=practice.branch)
    practice.settle()


def told(practice, who):
    return [one["text"] for one in practice.outbox("kpi_alert", practice.user[who])]


def looked(practice):
    """Let an hour pass, and the look that it brings."""
    practice.pass_time(hours=1)
    practice.settle()


def test_a_role_is_told_each_by_the_numbers_they_may_see(story):
    rule = story.create("kpi_rule", "boss", **RULE, notify_roles=["consultant", "director"])
    looked(story)
    before = {who: len(told(story, who)) for who in ("ann", "ben", "director", "lead", "boss", "desk")}
    given(story, "ann", 3)
    given(story, "ben", 1)
    looked(story)
    new = {who: told(story, who)[count:] for who, count in before.items()}
    # Ann has three of her own; the director sees all four; Ben has one; the others were not named.
    assert {who: len(lines) for who, lines in new.items()} == {
        "ann": 1,
        "director": 1,
        "ben": 0,
        "lead": 0,
        "boss": 0,
        "desk": 0,
    }
    assert "线索量" in new["ann"][0]
    assert "3" in new["ann"][0]
    assert "4" in new["director"][0]
    # As long as it stays off, nobody is told again.
    looked(story)
    assert [len(told(story, who)) - before[who] for who in ("ann", "director")] == [1, 1]
    assert story.record("kpi_rule", rule)["last_fired"] is not None
    story.change("kpi_rule", rule, "boss", is_off=True)
    given(story, "ben", 4)
    looked(story)
    assert told(story, "ben")[before["ben"] :] == []
    story.no_incidents()


def test_whoever_joins_the_role_is_told_from_then_on(story):
    story.create("kpi_rule", "boss", **{**RULE, "benchmark": "1"}, notify_roles=["consultant_lead"])
    looked(story)
    given(story, "ann", 2)
    before = len(told(story, "lead"))
    looked(story)
    # The lead consultant sees the team's.
    assert len(told(story, "lead")) - before == 1


@pytest.mark.parametrize("more", [{"notify_roles": []}, {"metric": "no such"}, {"threshold": "-1"}])
def test_a_rule_that_tells_nobody_or_of_nothing_is_not_saved(story, more):
    with pytest.raises(Rejected):
        story.create("kpi_rule", "boss", **{**RULE, "notify_roles": ["director"], **more})
