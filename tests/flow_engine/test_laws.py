"""Laws: random sound flows and random events, held against an interpreter that works quite differently."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.problems import Conflict
from flow_engine.happenings import MessageCame, TimerFired
from flow_engine.soundness.shape import shape_findings
from tests.flow_engine import token_game as game
from tests.flow_engine.worlds import Json, Play, end, flow, node, plan_of, task

Term = tuple[Any, ...]


def terms(depth: int) -> st.SearchStrategy[Term]:
    leaf = st.just(("task", ""))
    if depth == 0:
        return leaf
    inner = terms(depth - 1)
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        leaf,
        st.builds(lambda parts: ("seq", parts), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: ("par", parts), several),
        st.builds(
            lambda n, rest, parts: ("some", min(n, len(parts)), rest, parts),
            st.integers(1, 3),
            st.sampled_from(["run_out", "cancel"]),
            several,
        ),
        st.builds(lambda at, parts: ("choose", at % len(parts), parts), st.integers(0, 2), several),
        st.builds(lambda at, parts: ("few", at, parts), st.integers(1, 7), several),
        st.builds(lambda times, part: ("again", times, part), st.integers(0, 3), inner),
        st.builds(lambda part: ("region", part), inner),
        st.builds(lambda part, late: ("timed", "", part, late), inner, inner),
        st.builds(
            lambda many, at_once, part: ("copies", many, at_once, part),
            st.integers(1, 3),
            st.integers(1, 3),
            inner,
        ),
    )


class Maker:
    """Turns a term into a flow definition, and gives its tasks and timers their names."""

    def __init__(self) -> None:
        self.nodes: list[Json] = []
        self.count = 0

    def key(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def make(self, term: Term, to: str) -> tuple[str, Term]:
        """Return the first node of the term and the term with names; it leads to node `to`."""
        kind = term[0]
        if kind == "task":
            key = self.key("t")
            self.nodes.append(task(key, to))
            return key, ("task", key)
        if kind == "seq":
            made: list[Term] = []
            for one in reversed(term[1]):
                to, named = self.make(one, to)
                made.insert(0, named)
            return to, ("seq", made)
        if kind in ("par", "some"):
            return self.branches(term, to)
        if kind in ("choose", "few"):
            return self.choice(term, to)
        return self.region(term, to)

    def branches(self, term: Term, to: str) -> tuple[str, Term]:
        key, join = self.key("s"), self.key("j")
        made = [self.make(one, join) for one in term[-1]]
        self.nodes.append(
            node(key, "parallel", ways=[{"key": f"w{at}", "to": first} for at, (first, _) in enumerate(made)])
        )
        named = [one for _, one in made]
        if term[0] == "par":
            self.nodes.append(node(join, "join", to))
            return key, ("par", named)
        self.nodes.append(node(join, "join", to, of="n", n=str(term[1]), rest=term[2]))
        return key, ("some", term[1], term[2], named)

    def choice(self, term: Term, to: str) -> tuple[str, Term]:
        """One branch, or those whose bit is set, chosen by conditions that are plainly true or false."""
        key, join = self.key("c"), self.key("j")
        taken = [
            (term[0] == "choose" and at == term[1]) or (term[0] == "few" and bool(term[1] >> at & 1))
            for at in range(len(term[2]))
        ]
        if not any(taken):
            taken[0] = True
        made = [self.make(one, join if term[0] == "few" else to) for one in term[2]]
        ways = [
            {"key": f"w{at}", "when": "1 = 1" if is_taken else "1 = 2", "to": first}
            for at, (is_taken, (first, _)) in enumerate(zip(taken, made, strict=True))
        ]
        self.nodes.append(node(key, "switch" if term[0] == "choose" else "inclusive", ways=ways))
        named = [one for is_taken, (_, one) in zip(taken, made, strict=True) if is_taken]
        if term[0] == "choose":
            return key, named[0]
        self.nodes.append(node(join, "join", to, of="started"))
        return key, ("par", named)

    def region(self, term: Term, to: str) -> tuple[str, Term]:
        key, out = self.key("r"), self.key("o")
        self.nodes.append(node(out, "end"))
        if term[0] == "again":
            first, named = self.make(term[2], out)
            self.nodes.append(node(key, "while", to, when=f"{{round}} < {term[1]}", body=first))
            return key, ("seq", [("region", named)] * term[1])
        if term[0] == "copies":
            first, named = self.make(term[3], out)
            items = ", ".join(str(at) for at in range(term[1]))
            self.nodes.append(
                node(key, "each", to, of=f"LIST({items})", mode="parallel", limit=term[2], body=first)
            )
            return key, ("copies", term[1], term[2], named)
        if term[0] == "region":
            first, named = self.make(term[1], out)
            self.nodes.append(node(key, "block", to, body=first))
            return key, ("region", named)
        first, named = self.make(term[2], out)
        # What comes late runs in a block of its own, as the term says.
        later, late_named = self.make(term[3], out2 := self.key("o"))
        self.nodes.append(node(out2, "end"))
        after = self.key("r")
        self.nodes.append(node(after, "block", to, body=later))
        self.nodes.append(
            node(key, "block", to, body=first, on=[{"key": key, "kind": "timer", "after": "1h", "to": after}])
        )
        return key, ("timed", key, named, late_named)


def definition_of(term: Term) -> tuple[Json, Term]:
    maker = Maker()
    first, named = maker.make(term, "end")
    return flow(*maker.nodes, end(), start=first), named


def regions(play: Play, scope_id: int) -> tuple[int, ...]:
    return () if scope_id == 0 else (*regions(play, play.state.scopes[scope_id].parent_id), scope_id)


def tasks_of(play: Play) -> dict[str, list[int]]:
    """Return the tokens at tasks, in the order in which their regions began."""
    found: dict[str, list[int]] = {}
    for one in sorted(
        play.state.tokens.values(), key=lambda one: (regions(play, one.scope_id), one.token_id)
    ):
        if one.wait == "message":
            found.setdefault(one.node, []).append(one.token_id)
    return found


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(terms(3), st.data(), st.booleans())
def test_the_engine_offers_what_the_terms_offer_after_any_events(
    term: Term, data: st.DataObject, is_saved: bool
):
    definition, named = definition_of(term)
    play = Play(plan_of(definition), is_saved=is_saved).start()
    left = game.begin(named)
    for _ in range(40):
        offered = tasks_of(play)
        assert {key: len(found) for key, found in offered.items()} == dict(game.waiting(left))
        assert (play.state.instance.ended_at is not None) == (left is None)
        if left is None:
            return
        late = sorted(set(game.timers(left)))
        event = data.draw(
            st.sampled_from([*(("do", key) for key in sorted(offered)), *(("late", key) for key in late)])
        )
        if event[0] == "do":
            play.happen(MessageCame(offered[event[1]][0], event[1]))
            left = game.done(left, event[1], [0])
        else:
            play.now = max(one.at for one in play.state.timers.values())
            token_id = min(
                play.at(event[1]), key=lambda one: (regions(play, one.scope_id), one.token_id)
            ).token_id
            play.happen(TimerFired(token_id, f"on.{event[1]}"))
            left = game.fired(left, event[1], [0])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(terms(3))
def test_block_structured_flows_are_sound(term: Term):
    definition, _ = definition_of(term)
    findings = shape_findings(plan_of(definition), 2_000)
    assert [one.code for one in findings if one.level == "stop"] == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(terms(2), st.data())
def test_what_is_no_longer_there_cannot_happen(term: Term, data: st.DataObject):
    definition, _ = definition_of(term)
    play = Play(plan_of(definition)).start()
    gone: list[tuple[int, str]] = []
    while play.state.instance.ended_at is None:
        offered = [(found[0], key) for key, found in tasks_of(play).items()]
        token_id, key = data.draw(st.sampled_from(sorted(offered)))
        play.happen(MessageCame(token_id, key))
        gone.append((token_id, key))
        before = play.state
        for old_id, old_key in gone:
            try:
                play.happen(MessageCame(old_id, old_key))
            except Conflict:
                continue
            raise AssertionError("an old click was taken")
        assert play.state is before
