"""What happens next, from every place where an instance stands: after each choice, and when each timer runs out.

Nothing is guessed: the pure step is driven over the real state in a world that only reads (`supposing`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.text import Words
from flow_engine.actions.complete import node_of
from flow_engine.approvals.deadlines import DUE_KEY, LATE_KEY
from flow_engine.happenings import TaskAction, TimerFired
from flow_engine.names import Setting
from flow_engine.plan import FlowPlan
from flow_engine.result import Step
from flow_engine.run import LOOK
from flow_engine.state import State, Task, Timer, Token
from flow_engine.tasks import words
from flow_engine.tasks.supposing import Supposed, agreeing, name_of, outlook, suppose

MOST_SEATS = 60
"""People of one step whose word is supposed one after the other."""
TIMERS: Mapping[str, Words] = {
    "due": {"zh": "到期，标为逾期", "en": "It is due, and shown as overdue"},
    "remind": {"zh": "到时提醒处理人", "en": "A reminder goes out"},
    "hand_to": {"zh": "超时转给", "en": "It goes to"},
    "add": {"zh": "超时增加处理人", "en": "Others may decide too:"},
    "do": {"zh": "超时自动“{way}”", "en": "“{way}” by itself"},
    "retry": {"zh": "自动重试", "en": "It is tried again"},
    LOOK: {"zh": "按日期再看一次条件", "en": "Its condition is looked at again, for the clock has turned"},
    "time": {"zh": "时间到后", "en": "When the time has come"},
    "boundary": {"zh": "到时限“{name}”", "en": "At the limit “{name}”"},
}


def lies_ahead(world: Supposed, plan: FlowPlan, state: State, setting: Setting) -> list[dict[str, Any]]:
    """Return `{token_id, node, name, ways, timers}` for each place where it stands.

    A way or timer says `{label, at, people, next}`; `next` as in `outlook`, None where it hangs on what people write.
    """
    found = []
    for token in sorted(state.tokens.values(), key=lambda one: one.token_id):
        if token.wait is None or token.node not in plan.nodes:
            continue
        timers = sorted(
            (one for one in state.timers.values() if one.token_id == token.token_id), key=lambda one: one.at
        )
        found.append(
            {
                "token_id": token.token_id,
                "node": token.node,
                "name": name_of(plan, token.node),
                "ways": _choices(world, plan, state, token, setting)
                if token.wait == "task"
                else _plain(plan, token, bool(timers)),
                "timers": [_timer(world, plan, state, one, setting) for one in timers],
            }
        )
    return found


def _plain(plan: FlowPlan, token: Token, has_timers: bool) -> list[dict[str, Any]]:
    """Return where the ways of a node lead that waits for no person and no time: as drawn."""
    if token.wait == "timer" and has_timers:
        return []
    node = plan.nodes[token.node]
    found = []
    for way in node.ways:
        to = plan.nodes.get(way.to or "")
        if to is None:
            continue
        is_end = to.kind in ("end", "terminate")
        step = {"kind": "end"} if is_end else {"kind": "node", "node": to.key, "name": name_of(plan, to.key)}
        found.append({"label": way.label, "at": None, "people": [], "next": [step]})
    return found


def _choices(
    world: Supposed, plan: FlowPlan, state: State, token: Token, setting: Setting
) -> list[dict[str, Any]]:
    turn = _turn(state, token)
    if turn is None:
        return []
    config = plan.nodes[token.node].config
    return [
        {
            "label": words.way_words(config, way),
            "at": None,
            "people": [],
            "next": _after(world, plan, state, token, way, setting),
        }
        for way in node_of(turn).decisions(config)
    ]


def _after(
    world: Supposed, plan: FlowPlan, state: State, token: Token, way: str, setting: Setting
) -> list[dict[str, Any]] | None:
    """Return what follows when everybody whose turn comes chooses this way."""
    at, done = state, None
    for _ in range(MOST_SEATS):
        turn = _turn(at, token)
        if turn is None:
            break
        who = turn.assignee or turn.candidates[0]
        values = {**agreeing(plan, turn), "way": way}
        act = TaskAction(turn.task_id, "complete", who, turn.round, values, "–")
        answer = suppose(world, plan, at, act, world.unit.now, setting)
        if not isinstance(answer, Step) or answer.incidents:
            return None
        at, done = answer.state, answer
    return outlook(plan, state, done) if done is not None else None


def _turn(state: State, token: Token) -> Task | None:
    return next(
        (
            one
            for one in state.tasks.values()
            if one.token_id == token.token_id
            and one.state == "open"
            and one.kind != "cc"
            and (one.assignee or one.candidates)
        ),
        None,
    )


def _timer(world: Supposed, plan: FlowPlan, state: State, timer: Timer, setting: Setting) -> dict[str, Any]:
    """Return what a timer brings about, supposing that nothing happens before."""
    rung = _rung(plan, state, timer)
    told: dict[str, Any] = {
        "label": _words(plan, state, timer, rung),
        "at": timer.at,
        "people": [],
        "next": None,
    }
    if timer.key == DUE_KEY or "remind" in rung:
        return told
    after = _fired(world, plan, state, timer, setting)
    if after is None:
        return told
    if "hand_to" in rung or "add" in rung:
        before = {who for one in state.tasks.values() for who in _holders(one)}
        told["people"] = sorted({who for one in after.state.tasks.values() for who in _holders(one)} - before)
        return told
    return {**told, "next": outlook(plan, state, after)}


def _fired(world: Supposed, plan: FlowPlan, state: State, timer: Timer, setting: Setting) -> Step | None:
    when: datetime = max(timer.at, world.unit.now)
    answer = suppose(world, plan, state, TimerFired(timer.token_id, timer.key), when, setting)
    return answer if isinstance(answer, Step) and not answer.incidents else None


def _rung(plan: FlowPlan, state: State, timer: Timer) -> Mapping[str, Any]:
    """Return the rung of the ladder that a timer stands for; none for other timers."""
    if not timer.key.startswith(LATE_KEY):
        return {}
    ladder = plan.nodes[state.tokens[timer.token_id].node].config.get("due", {}).get("late", ())
    at = int(timer.key.removeprefix(LATE_KEY))
    found: Mapping[str, Any] = ladder[at] if at < len(ladder) else {}
    return found


def _words(plan: FlowPlan, state: State, timer: Timer, rung: Mapping[str, Any]) -> Words:
    node = plan.nodes[state.tokens[timer.token_id].node]
    for key in ("do", "hand_to", "add", "remind"):
        if key in rung:
            way = words.way_words(node.config, str(rung[key])) if key == "do" else {}
            return _filled(TIMERS[key], "way", way)
    if timer.key.startswith("on."):
        boundary = next((one for one in node.boundaries if f"on.{one.key}" == timer.key), None)
        name = boundary.config.get("name") if boundary is not None else None
        return _filled(TIMERS["boundary"], "name", name) if name else TIMERS["time"]
    return TIMERS.get(timer.key, TIMERS["time"])


def _filled(said: Words, place: str, given: Words) -> Words:
    return {
        lang: text.replace("{" + place + "}", given.get(lang, given.get("zh", "")))
        for lang, text in said.items()
    }


def _holders(task: Task) -> tuple[str, ...]:
    if task.state != "open" or task.kind == "cc":
        return ()
    return (task.assignee,) if task.assignee else tuple(task.candidates)


def people_of(places: list[dict[str, Any]]) -> set[str]:
    """Return everybody named in what lies ahead."""
    lines = [line for place in places for line in (*place["ways"], *place["timers"])]
    found = {who for line in lines for who in line["people"]}
    return found | {who for line in lines for step in line["next"] or () for who in step.get("people", ())}
