"""What people, records and the outside do in a trial run: given beforehand, checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.definitions.validate import Checker
from engine.problems import Rejected
from engine.schema import KEY, Schema, array, closed
from flow_engine.calendar.span import read_span
from flow_engine.settings import PLAIN_SPAN

TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
ANY_OBJECT: Schema = {"type": "object"}
TIMES: Schema = {"type": "integer", "minimum": 1, "maximum": 1000}
TASK = closed(
    ("node",), node=KEY, flow=KEY, action={**KEY, "default": "complete"}, way=KEY, by=TEXT,
    after={**PLAIN_SPAN, "default": "1h"}, comment={"type": "string", "maxLength": 4000}, values=ANY_OBJECT,
    settings=ANY_OBJECT, times=TIMES,
)  # fmt: skip
MESSAGE = closed(("name",), name=TEXT, key=TEXT, after={**PLAIN_SPAN, "default": "1h"}, body=ANY_OBJECT)
CHANGE = closed(
    ("values",), values=ANY_OBJECT, form=KEY, record_id=TEXT, after={**PLAIN_SPAN, "default": "1h"}
)
CALL = closed(("node",), node=KEY, state={"enum": ["sent", "refused"]}, result={}, error=TEXT, times=TIMES)
ANSWERS: Schema = closed(
    tasks=array(TASK, maxItems=500),
    messages=array(MESSAGE, maxItems=200),
    changes=array(CHANGE, maxItems=200),
    calls=array(CALL, maxItems=200),
    others={"enum": ["wait", "agree"], "default": "wait"},
)
"""What may be said. `others`: what becomes of tasks that no answer is for; of several answers for one node each counts
as often as its `times` says, the last one for good."""
DEFAULT_AFTER = "1h"
_CHECKER = Checker(ANSWERS)


@dataclass(slots=True)
class TaskAnswer:
    """What somebody does with the tasks of a node. `left`: how often still; None: always."""

    node: str
    flow: str | None
    action: str
    after: timedelta
    by: str | None
    settings: Mapping[str, Any]
    comment: str | None
    left: int | None


@dataclass(frozen=True, slots=True)
class Later:
    """Something that happens some time after the start: a message that comes, a change of a record."""

    after: timedelta
    given: Mapping[str, Any]


@dataclass(slots=True)
class CallAnswer:
    """What an outside system answers to the calls of a node."""

    node: str
    state: str
    result: Any
    error: str | None
    left: int | None


@dataclass
class Answers:
    """All that is given beforehand."""

    tasks: list[TaskAnswer] = field(default_factory=list)
    messages: list[Later] = field(default_factory=list)
    changes: list[Later] = field(default_factory=list)
    calls: list[CallAnswer] = field(default_factory=list)
    do_agree: bool = False
    """Whether tasks that no answer is for are agreed to after an hour."""

    def for_task(self, flow: str, node: str) -> TaskAnswer | None:
        """Return the next answer for a task of a node, and count it."""
        for one in self.tasks:
            if one.node == node and one.flow in (None, flow) and one.left != 0:
                one.left = None if one.left is None else one.left - 1
                return one
        if not self.do_agree:
            return None
        return TaskAnswer(node, flow, "complete", length(DEFAULT_AFTER), None, {}, None, None)

    def for_call(self, node: str | None) -> CallAnswer | None:
        """Return the next answer to a call of a node, and count it."""
        for one in self.calls:
            if one.node == node and one.left != 0:
                one.left = None if one.left is None else one.left - 1
                return one
        return None


def read_answers(given: Mapping[str, Any], path: str = "") -> Answers:
    """Return the answers of a file or a request. Rejected with everything that is wrong."""
    problems = list(_CHECKER.problems(given, path))
    if problems:
        raise Rejected(problems)
    return Answers(
        tasks=[_task(one) for one in given.get("tasks", ())],
        messages=[Later(_after(one), one) for one in given.get("messages", ())],
        changes=[Later(_after(one), one) for one in given.get("changes", ())],
        calls=[
            CallAnswer(
                one["node"], one.get("state", "sent"), one.get("result"), one.get("error"), one.get("times")
            )
            for one in given.get("calls", ())
        ],
        do_agree=given.get("others") == "agree",
    )


def _task(one: Mapping[str, Any]) -> TaskAnswer:
    settings = dict(one.get("settings", {}))
    settings |= {key: one[key] for key in ("way", "values") if key in one}
    action = one.get("action", "complete")
    return TaskAnswer(
        one["node"], one.get("flow"), action, _after(one), one.get("by"), settings, one.get("comment"), one.get("times")
    )  # fmt: skip


def _after(one: Mapping[str, Any]) -> timedelta:
    return length(str(one.get("after", DEFAULT_AFTER)))


def length(span: str) -> timedelta:
    """Return a span as a length of time, a month being thirty days. Rejected."""
    found = read_span(span)
    return timedelta(days=found.days + 30 * found.months) + found.time
