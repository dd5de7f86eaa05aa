"""Leads that nobody follows: level A after three days, the pool after fifteen."""

from datetime import timedelta

import pytest


def talked_to(practice, **values):
    lead = practice.lead(owner_id=practice.user["ann"], stage="new", **values)
    practice.settle()
    practice.create("comm_log", lead_id=lead, channel="phone", result="connected", content="聊过一次需求",
                    next_followup_at=(practice.clock.at + timedelta(days=30)).isoformat())  # fmt: skip
    practice.settle()
    return lead


def test_a_hot_lead_idle_for_three_days_is_told_to_both_once_a_day(practice):
    lead = talked_to(practice, intent_level="a")
    practice.pass_time(days=3, hours=2)
    told = [one["to_id"] for one in practice.outbox("hot_lead_idle") if one["record_id"] == lead]
    assert sorted(told) == sorted([practice.user["ann"], practice.user["lead"]])


@pytest.mark.parametrize("stage", ["contacted", "invited"])
def test_an_idle_lead_is_warned_of_and_comes_back_to_the_pool(practice, stage):
    lead = talked_to(practice, intent_level="b")
    practice.put_in("lead", lead, stage=stage)
    practice.pass_time(days=14)
    assert [one["to_id"] for one in practice.outbox("lead_late") if one["record_id"] == lead] == [
        practice.user["ann"]
    ]
    practice.pass_time(days=2)
    found = practice.record("lead", lead)
    assert (found["stage"], found["owner_id"]) == ("pool", None)
    assert practice.ran("lead_recycle", lead) != []
    practice.no_incidents()
