"""Journeys: once in, out by goal, exit or leaving the segment, again only where that is allowed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.problems import NotFound
from engine.store import Cause
from flow_engine.journeys import Enrolment, Entry, JourneyRule, is_control, journey_problems, may_enter
from tests.flow_engine.installations import *  # noqa: F403
from tests.flow_engine.shell.house import END, FORMS, ROLES, House, flow
from tests.form_engine.making import app

NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
SEGMENTS = {
    "lost": {
        "key": "lost",
        "name": {"zh": "流失"},
        "form": "lead",
        "filter": '{stage} = "lost"',
        "refresh": "live",
    }
}


def rule(**more) -> JourneyRule:
    return JourneyRule("win_back", "lead", "lost", '{stage} = "lost"', **more)


def past(*states: str) -> list[Enrolment]:
    return [Enrolment(number, state, NOW, NOW) for number, state in enumerate(states, 1)]


def test_who_was_never_in_comes_in():
    assert may_enter(rule(), [], NOW) == Entry(1)


def test_who_was_in_comes_again_only_by_the_rule():
    assert may_enter(rule(), past("ended"), NOW) == Entry(None, "again")
    assert may_enter(rule(again="always"), past("ended", "left"), NOW) == Entry(3)
    assert may_enter(rule(again="always"), past("running"), NOW) == Entry(None, "running")
    assert may_enter(rule(again="always"), past("control"), NOW) == Entry(None, "control")
    assert may_enter(rule(again="always", most=2), past("ended", "ended"), NOW) == Entry(None, "most")
    after = rule(again="after_end")
    assert may_enter(after, past("ended"), NOW, NOW + timedelta(days=1)) == Entry(None, "gap")
    assert may_enter(after, past("ended"), NOW, NOW) == Entry(2)


states = st.lists(st.sampled_from(["running", "ended", "left", "control"]), max_size=4)


@given(states, st.sampled_from(["never", "after_end", "always"]), st.none() | st.integers(1, 3))
def test_nobody_is_in_twice_and_rotations_count_up(history, again, most):
    entry = may_enter(rule(again=again, most=most), past(*history), NOW)
    if entry.rotation is not None:
        assert "running" not in history
        assert entry.rotation == len(history) + 1
        assert most is None or len(history) < most
    else:
        assert entry.why_not is not None


@given(st.integers(0, 90))
def test_the_control_group_is_about_its_share_and_always_the_same(percent):
    one = rule(control=percent)
    found = [is_control(one, f"c{number}") for number in range(2000)]
    assert abs(sum(found) / 20 - percent) < 6
    assert found == [is_control(one, f"c{number}") for number in range(2000)]


WAIT = {"key": "wait", "kind": "wait", "for": "10d", "to": "end"}


def win_back(**journey):
    return flow(
        "win_back", WAIT, {"key": "goal", "kind": "goal", "when": '{lead.stage} = "won"', "to": "won"},
        {"key": "won", "kind": "terminate", "outcome": "won"}, END,
        trigger={"kind": "api", "form": "lead"}, start="wait", journey={"segment": "lost", **journey},
    )  # fmt: skip


class Clinic(House):
    def __init__(self, workspace, clock, **journey):
        super().__init__(workspace, clock, win_back(**journey), segments=SEGMENTS)
        self.journeys = self.service.journeys

    def serve(self):
        """Look at the segments, and let come of it what will; return how many are in."""
        before = self.enrolments()
        self.clock.advance(timedelta(minutes=6))
        self.settle()
        return len(self.enrolments()) - len(before)

    def enrolments(self):
        return [(one["rotation"], one["state"], one["exit_reason"])
                for one in self.rows("SELECT * FROM cc_flow_enrolments ORDER BY contact_id, rotation")]  # fmt: skip

    def do(self, what, *args):
        with self.workspace.write(Cause("user", "ann")) as unit:
            return getattr(self.journeys, what)(unit, "win_back", *args)


@pytest.fixture
def make(clinic, clock):
    clock.at = NOW
    return lambda **journey: Clinic(clinic, clock, **journey)


def test_people_of_the_segment_are_taken_along_once(make):
    house = make()
    house.create("lead", name="a", stage="lost")
    house.create("lead", name="b", stage="new")
    assert house.serve() == 1
    assert house.serve() == 0
    assert house.enrolments() == [(1, "running", None)]
    assert len(house.instances()) == 1


def test_an_end_is_noted_and_coming_again_waits_for_the_gap(make):
    house = make(again="after_end", gap="30d")
    house.create("lead", name="a", stage="lost")
    house.serve()
    house.pass_time(days=11)
    assert house.enrolments() == [(1, "ended", "done")]
    house.pass_time(days=31)
    assert [one[:2] for one in house.enrolments()] == [(1, "ended"), (2, "running")]


def test_the_goal_ends_it(make):
    house = make()
    lead = house.create("lead", name="a", stage="lost")
    house.serve()
    house.update("lead", lead, stage="won")
    house.settle()
    assert [one[1] for one in house.enrolments()] == ["ended"]
    assert house.enrolments()[0][2] == "won"
    house.no_orphans()


def test_who_leaves_the_segment_is_taken_out(make):
    house = make(leaves=True)
    lead = house.create("lead", name="a", stage="lost")
    house.serve()
    house.update("lead", lead, stage="open")
    house.settle()
    house.serve()
    assert house.enrolments() == [(1, "left", "left_segment")]
    assert house.instances()[0]["status"] == "cancelled"
    house.no_orphans()


def test_a_person_may_be_put_in_and_taken_out_by_hand(make):
    house = make()
    lead = house.create("lead", name="a", stage="new")
    assert house.do("enrol", lead) == Entry(1)
    assert house.do("enrol", lead) == Entry(None, "running")
    house.do("leave", lead, "asked to")
    assert house.enrolments() == [(1, "left", "asked to")]
    with pytest.raises(NotFound):
        house.do("leave", lead, "again")


def test_an_estimate_writes_nothing_and_numbers_tell_the_effect(make):
    house = make(control=50, goal='{stage} = "won"')
    leads = [house.create("lead", name=f"l{n}", stage="lost") for n in range(20)]
    estimate = house.do("estimate")
    assert estimate["members"] == 20
    assert estimate["would_enter"] + estimate["control"] == 20
    assert house.enrolments() == []
    house.serve()
    numbers = house.do("numbers")
    assert numbers["states"] == {"running": estimate["would_enter"], "control": estimate["control"]}
    house.update("lead", leads[0], stage="won")
    house.settle()
    assert sum(house.do("numbers")["goal"].values()) == 1


def test_a_journey_of_which_nothing_is_known_is_told(make):
    house = make()
    with house.workspace.write(Cause("system")) as unit, pytest.raises(NotFound):
        house.journeys.enrol(unit, "nope", "x")


@pytest.mark.parametrize(
    ("journey", "trigger", "path"),
    [
        ({"segment": "lsot"}, {"kind": "api", "form": "lead"}, "/flows/win_back/journey/segment"),
        ({"segment": "lost", "gap": "soon"}, {"kind": "api", "form": "lead"}, "/flows/win_back/journey/gap"),
        (
            {"segment": "lost", "goal": "{nope} = 1"},
            {"kind": "api", "form": "lead"},
            "/flows/win_back/journey/goal",
        ),
        (
            {"segment": "lost"},
            {"kind": "segment", "form": "lead", "segment": "lost"},
            "/flows/win_back/trigger",
        ),
    ],
)
def test_settings_that_cannot_work_are_told_where(journey, trigger, path):
    definition = {**win_back(**journey), "trigger": trigger}
    made = app(*FORMS, roles=ROLES, flows={"win_back": definition}, segments=SEGMENTS)
    assert path in {one.path for one in journey_problems(made.app, made.analysis)}
    assert list(journey_problems(*_sound())) == []


def _sound():
    made = app(
        *FORMS,
        roles=ROLES,
        flows={"win_back": win_back(gap="30d", goal='{stage} = "won"')},
        segments=SEGMENTS,
    )
    return made.app, made.analysis
