"""One gate to a contact: what may go, when, and by which channel."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_engine.messages.contact_gate import (
    CLASSES,
    RANK,
    Asked,
    Contact,
    Drop,
    Go,
    Later,
    Policy,
    Sent,
    decide,
    in_quiet_hours,
)

ZONE = ZoneInfo("Asia/Shanghai")
POLICY = Policy()
MEI = Contact(
    "mei", ZONE, {"sms": "138", "wechat": "wx"}, prefers=("wechat",), consents=frozenset({"sms", "wechat"})
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


NOON, NIGHT = at("2026-03-05 12:00"), at("2026-03-05 22:30")


def message(kind: str = "marketing", *channels: str, **more) -> Asked:
    return Asked("m1", kind, channels or ("sms", "wechat"), **more)


def went(kind: str, ago: timedelta, number: int = 0, state: str = "sent") -> Sent:
    return Sent(f"old{number}", NOON - ago, kind, "sms", state)


def test_the_channel_the_contact_likes_best_is_taken():
    assert decide(message(), MEI, [], POLICY, NOON) == Go("wechat")
    assert decide(message("care", "sms"), MEI, [], POLICY, NOON) == Go("sms")


def test_marketing_takes_only_channels_with_consent():
    only_sms = replace(MEI, consents=frozenset({"sms"}))
    assert decide(message(), only_sms, [], POLICY, NOON) == Go("sms")
    assert decide(message(), replace(MEI, consents=frozenset()), [], POLICY, NOON) == Drop("no_consent")
    assert decide(message("care"), replace(MEI, consents=frozenset()), [], POLICY, NOON) == Go("wechat")
    assert decide(message("care", "email"), MEI, [], POLICY, NOON) == Drop("no_address")


def test_opting_out_stops_marketing_and_nothing_else():
    out = replace(MEI, has_opted_out=True)
    assert decide(message(), out, [], POLICY, NOON) == Drop("opted_out")
    assert decide(message("service"), out, [], POLICY, NOON) == Go("wechat")


@pytest.mark.parametrize("kind", CLASSES)
def test_nothing_is_ever_sent_to_the_deceased_or_to_closed_accounts(kind):
    assert decide(message(kind), replace(MEI, is_deceased=True), [], POLICY, NOON) == Drop("deceased")
    assert decide(message(kind), replace(MEI, is_closed=True), [], POLICY, NOON) == Drop("closed")


def test_an_open_complaint_stops_what_it_says():
    angry = replace(MEI, holds={"complaint": frozenset({"marketing"})})
    assert decide(message(), angry, [], POLICY, NOON) == Drop("hold:complaint")
    assert decide(message("care"), angry, [], POLICY, NOON) == Go("wechat")


def test_quiet_hours_move_a_message_to_the_morning():
    for kind in ("care", "service", "marketing"):
        later = decide(message(kind), MEI, [], POLICY, NIGHT)
        assert isinstance(later, Later)
        assert at("2026-03-06 08:30") <= later.at < at("2026-03-06 08:45")
        assert later.reason == "quiet_hours"
    assert decide(message("safety"), MEI, [], POLICY, NIGHT) == Go("wechat")
    assert decide(message("care", is_urgent=True), MEI, [], POLICY, NIGHT) == Go("wechat")


def test_marketing_is_never_so_urgent_that_it_passes_quiet_hours_or_caps():
    hurried = message(is_urgent=True)
    assert decide(hurried, MEI, [], POLICY, NIGHT) == decide(message(), MEI, [], POLICY, NIGHT)
    full = [went("marketing", timedelta(days=1), number) for number in (1, 2)]
    assert decide(hurried, MEI, full, POLICY, NOON) == decide(message(), MEI, full, POLICY, NOON)


def test_after_midnight_the_same_morning_is_meant():
    later = decide(message("care"), MEI, [], POLICY, at("2026-03-06 03:00"))
    assert isinstance(later, Later)
    assert at("2026-03-06 08:30") <= later.at < at("2026-03-06 08:45")


def test_a_cap_moves_a_message_to_when_there_is_room_or_drops_it():
    full = [went("marketing", timedelta(days=6), 1), went("marketing", timedelta(days=5), 2)]
    assert decide(message(), MEI, full, POLICY, NOON) == Later(NOON + timedelta(days=1), "cap")
    fresh = [went("marketing", timedelta(days=1), 1), went("marketing", timedelta(days=2), 2)]
    assert decide(message(), MEI, fresh, POLICY, NOON) == Drop("cap")
    assert decide(message("care"), MEI, fresh, POLICY, NOON) == Go("wechat")


def test_a_journey_may_have_a_tighter_cap_of_its_own():
    one = [went("marketing", timedelta(days=10))]
    assert decide(message(cap=(1, 30)), MEI, one, POLICY, NOON) == Drop("cap")
    assert decide(message(cap=(0, 30)), MEI, [], POLICY, NOON) == Drop("cap")


def test_marketing_keeps_its_distance_to_what_matters_more():
    cared = [went("care", timedelta(hours=1))]
    assert decide(message(), MEI, cared, POLICY, NOON) == Later(NOON + timedelta(hours=4), "apart")
    planned = [Sent("soon", NOON + timedelta(hours=2), "safety", "sms", "waiting")]
    assert decide(message(), MEI, planned, POLICY, NOON) == Later(NOON + timedelta(hours=6), "apart")
    assert decide(message("service"), MEI, cared, POLICY, NOON) == Go("wechat")


def test_asked_again_under_its_own_key_it_does_not_count_against_itself():
    own = [Sent("m1", NOON, "marketing", "sms"), went("marketing", timedelta(days=6))]
    assert decide(message(), MEI, own, POLICY, NOON) == Go("wechat")


contacts = st.builds(
    Contact,
    st.just("c"),
    st.sampled_from([ZONE, ZoneInfo("Europe/Berlin")]),
    st.dictionaries(st.sampled_from(["sms", "wechat", "email"]), st.just("x")),
    st.lists(st.sampled_from(["sms", "wechat", "email"]), max_size=3).map(tuple),
    st.frozensets(st.sampled_from(["sms", "wechat", "email"])),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.dictionaries(st.sampled_from(["complaint", "event"]), st.frozensets(st.sampled_from(CLASSES))),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
lines = st.lists(
    st.builds(
        Sent, st.text("abc", min_size=1, max_size=3), moments, st.sampled_from(CLASSES), st.just("sms"),
        st.sampled_from(["sent", "waiting"]),
    ),
    max_size=8,
)  # fmt: skip
policies = st.builds(Policy, st.times(), st.times())
asks = st.builds(
    Asked, st.just("m"), st.sampled_from(CLASSES), st.lists(st.sampled_from(["sms", "wechat", "email"]), unique=True).map(tuple),
    st.booleans(),
)  # fmt: skip


@given(asks, contacts, lines, policies, moments)
def test_whatever_goes_was_allowed_to(asked, contact, ledger, policy, now):
    decision = decide(asked, contact, ledger, policy, now)
    if isinstance(decision, Later):
        assert decision.at > now
    if not isinstance(decision, Go):
        return
    assert decision.channel in asked.channels
    assert decision.channel in contact.reachable
    assert not contact.is_deceased
    assert all(asked.kind not in stops for stops in contact.holds.values())
    if asked.kind == "marketing":
        assert decision.channel in contact.consents
        assert not contact.has_opted_out
    if asked.kind != "safety" and not asked.may_hurry:
        assert not in_quiet_hours(now, contact.zone, policy)


@given(asks, contacts, lines, moments)
def test_what_matters_more_never_waits_longer(asked, contact, ledger, now):
    contact = replace(contact, holds={}, consents=frozenset(contact.reachable), has_opted_out=False)
    found = {
        kind: decide(replace(asked, kind=kind), contact, ledger, Policy(caps={}), now) for kind in CLASSES
    }
    waits = [
        timedelta()
        if isinstance(one, Go)
        else one.at - now
        if isinstance(one, Later)
        else timedelta(days=999)
        for one in (found[kind] for kind in sorted(CLASSES, key=RANK.__getitem__))
    ]
    assert waits == sorted(waits)


@given(contacts, lines, moments)
def test_whoever_waits_until_told_is_let_through_in_the_end(contact, ledger, now):
    asked = Asked("m", "marketing", ("sms",))
    contact = replace(
        contact, reachable={"sms": "1"}, consents=frozenset({"sms"}), has_opted_out=False, is_deceased=False,
        is_closed=False, holds={},
    )  # fmt: skip
    for _ in range(60):
        decision = decide(asked, contact, ledger, POLICY, now)
        if not isinstance(decision, Later):
            assert decision in (Go("sms"), Drop("cap"))
            return
        now = decision.at
    pytest.fail("it waits for ever")


def test_quiet_hours_within_a_day():
    lunch = Policy(quiet_from=time(12), quiet_to=time(14))
    assert in_quiet_hours(NOON, ZONE, lunch)
    assert not in_quiet_hours(at("2026-03-05 14:00"), ZONE, lunch)
