"""Journeys: once in, out by goal, exit or leaving the segment, again only where that is allowed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.problems import NotFound
from engine.store import Cause
from flow_engine.journey_numbers import Group, effect
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
    assert may_enter(rule(again="always"), [Enrolment(1, "control", NOW)], NOW) == Entry(None, "control")
    assert may_enter(rule(again="always"), past("control"), NOW) == Entry(2)
    assert may_enter(rule(), past("control"), NOW) == Entry(None, "again")
    assert may_enter(rule(again="always", most=2), past("ended", "ended"), NOW) == Entry(None, "most")
    after = rule(again="after_end")
    assert may_enter(after, past("ended"), NOW, NOW + timedelta(days=1)) == Entry(None, "gap")
    assert may_enter(after, past("ended"), NOW, NOW) == Entry(2)


states = st.lists(st.sampled_from(["running", "ended", "left", "control"]), max_size=4)


@given(states, st.sampled_from(["never", "after_end", "always"]), st.none() | st.integers(1, 3))
def test_nobody_is_in_twice_and_rotations_count_up(history, again, most):
    entry = may_enter(rule(again=again, most=most), past(*history), NOW)
    assert (entry.why_not == "running") == ("running" in history)
    if entry.rotation is not None:
        assert "running" not in history
        assert entry.rotation == len(history) + 1
        assert most is None or len(history) < most
    else:
        assert entry.why_not is not None


@given(st.integers(0, 90))
def test_the_control_group_is_about_its_share_and_always_the_same(percent):
    one = rule(control=percent)
    found = [is_control(one, f"c{number}", 1) for number in range(2000)]
    assert abs(sum(found) / 20 - percent) < 6
    assert found == [is_control(one, f"c{number}", 1) for number in range(2000)]


@given(st.integers(10, 90), st.integers(2, 9))
def test_who_comes_again_stays_in_the_same_group_unless_drawn_again(percent, rotation):
    people = [f"c{number}" for number in range(1000)]
    kept, drawn = rule(control=percent), rule(control=percent, control_again="drawn")
    assert [is_control(kept, one, 1) for one in people] == [is_control(kept, one, rotation) for one in people]
    again = [is_control(drawn, one, rotation) for one in people]
    assert again != [is_control(drawn, one, 1) for one in people]
    assert abs(sum(again) / 10 - percent) < 8


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
            of = self.journeys if hasattr(self.journeys, what) else self.service.journey_numbers
            return getattr(of, what)(unit, "win_back", *args)


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


class OnlyReads:
    """A workspace in which nothing may be written."""

    def __init__(self, workspace):
        self.read = workspace.read


def groups(house, lead):
    """Return in which group a lead was each time it was in."""
    with house.workspace.read() as unit:
        found = unit.cursor.execute(
            "SELECT contact_id, rotation, state FROM cc_flow_enrolments ORDER BY rotation"
        ).fetchall()
    return ["control" if row[2] == "control" else "journey" for row in found if row[0] == lead]


def drawn(house, lead, times):
    """Return in which group a lead has to be each time, by the law of the draw."""
    one = house.journeys.rule("win_back")
    return ["control" if is_control(one, lead, rotation) else "journey" for rotation in range(1, times + 1)]


def test_who_is_in_the_control_group_is_in_it_until_leaving_the_segment(make):
    house = make(control=50, again="always", leaves=True)
    leads = [house.create("lead", name=f"l{n}", stage="lost") for n in range(6)]
    for _ in range(2):
        house.serve()
        assert all(groups(house, lead) == drawn(house, lead, 1) for lead in leads)
    for lead in leads:
        house.update("lead", lead, stage="open")
    house.serve()
    states = {"control": "control", "journey": "left"}
    assert sorted(house.enrolments()) == sorted(
        (1, states[drawn(house, lead, 1)[0]], "left_segment") for lead in leads
    )
    house.no_orphans()


@pytest.mark.parametrize("how", ["same", "drawn"])
def test_a_group_is_kept_or_drawn_again_as_the_journey_says(make, how):
    house = make(control=50, control_again=how, again="always", leaves=True)
    leads = [house.create("lead", name=f"l{n}", stage="new") for n in range(4)]
    for _ in range(3):
        for stage in ("lost", "open"):
            for lead in leads:
                house.update("lead", lead, stage=stage)
            house.serve()
    for lead in leads:
        assert groups(house, lead) == drawn(house, lead, 3)
        assert how == "drawn" or len(set(groups(house, lead))) == 1


def test_the_gap_counts_for_the_control_group_from_leaving_the_segment(make):
    house = make(control=90, again="after_end", gap="5d")
    while drawn(house, lead := house.create("lead", name="l", stage="new"), 1) != ["control"]:
        pass
    house.update("lead", lead, stage="lost")
    house.serve()
    house.update("lead", lead, stage="open")
    house.serve()
    house.update("lead", lead, stage="lost")
    house.serve()
    assert groups(house, lead) == ["control"]
    house.pass_time(days=6)
    assert groups(house, lead) == ["control", "control"]


def test_a_look_at_a_segment_in_which_nothing_has_changed_writes_nothing(make):
    house = make(again="always", control=50, leaves=True)
    for number in range(6):
        house.create("lead", name=f"l{number}", stage="lost")
    house.serve()
    before = house.enrolments()
    rule = house.journeys.rule("win_back")
    assert house.journeys.refresh(OnlyReads(house.workspace), rule) == 0
    assert house.enrolments() == before


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
    goal = house.do("numbers")["goal"]
    assert goal["journey"]["people"] == estimate["would_enter"]
    assert goal["control"]["people"] == estimate["control"]
    assert goal["journey"]["reached"] + goal["control"]["reached"] == 1
    assert not goal["effect"]["is_sure"]


@pytest.mark.parametrize(("more", "reached"), [({}, 2), ({"goal": '{stage} = "won"'}, 1)])
def test_the_goal_counts_what_happened_since_they_came_in(make, more, reached):
    house = make(goal_since=["contact_at", "surgery_at"], **more)
    before, after = (NOW - timedelta(days=1)).isoformat(), (NOW + timedelta(days=1)).isoformat()
    for name in ("none", "before", "once", "twice"):
        house.create("lead", name=name, stage="lost")
    ids = [one["id"] for one in house.rows("SELECT id FROM f_lead ORDER BY id")]
    house.serve()
    house.update("lead", ids[1], contact_at=before)
    house.update("lead", ids[2], contact_at=before, surgery_at=after)
    house.update("lead", ids[3], contact_at=after, stage="won")
    assert house.do("numbers")["goal"]["journey"] == {"people": 4, "reached": reached, "share": reached / 4}


def test_a_difference_is_sure_when_chance_would_hardly_make_it():
    assert effect(Group(0, 0), Group(5, 1)) is None
    assert not effect(Group(10, 4), Group(10, 2)).is_sure
    large = effect(Group(1000, 400), Group(1000, 200))
    assert large.is_sure
    assert large.points == pytest.approx(0.2)


people = st.integers(1, 400).flatmap(lambda many: st.tuples(st.just(many), st.integers(0, many)))


@given(people, people)
def test_the_effect_lies_between_its_ends_and_turns_round_with_the_groups(one, other):
    found, back = effect(Group(*one), Group(*other)), effect(Group(*other), Group(*one))
    assert -1 <= found.low <= found.high <= 1
    assert found.points == pytest.approx(-back.points)
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low))
    assert found.is_sure == back.is_sure


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
            {"segment": "lost", "goal_since": ["contact_at", "note"]},
            {"kind": "api", "form": "lead"},
            "/flows/win_back/journey/goal_since/1",
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
