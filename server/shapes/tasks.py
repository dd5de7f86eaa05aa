"""The shapes of tasks: lists, one task, acting, handing over."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json, Labels, Problem, Words

Instant = str
"""An instant in UTC, ISO 8601 with Z."""


class QuickWay(TypedDict):
    """A decision that needs nothing but one press."""

    way: str
    label: Words
    needs_comment: bool
    is_yes: bool


class TaskItem(TypedDict):
    """One line of a list of tasks."""

    instance_id: str
    task_id: int
    round: int
    kind: str
    flow: str
    flow_name: Words
    node: str
    name: Words
    title: str
    subject: str
    form: str | None
    record_id: str | None
    state: Literal["open", "waiting", "parked", "done", "cancelled", "handed_on"]
    status: str
    assignee: str | None
    owner: str | None
    is_claimable: bool
    made_at: Instant | None
    due_at: Instant | None
    is_late: bool
    is_stopped: bool
    done_at: Instant | None
    action: str | None
    way: Words | None
    comment: str | None
    started_by: str | None
    started_at: Instant
    urged: int
    came: str | None
    came_from: str | None
    parked_until: str | None
    quick: list[QuickWay]


class TaskCounts(TypedDict):
    """How much waits for me."""

    open: int
    overdue: int
    today: int
    parked: int
    copies: int
    started: int


class WaitsFor(TypedDict):
    """A step an instance waits at, and for whom."""

    node: str
    name: Words
    people: list[str]
    due_at: Instant | None
    tasks: list[int]


class InstanceItem(TypedDict):
    """One line about an instance."""

    instance_id: str
    flow: str
    flow_name: Words
    version: int
    title: str
    status: str
    outcome: str | None
    form: str | None
    record_id: str | None
    started_at: Instant
    started_by: str | None
    ended_at: Instant | None
    waits_for: list[WaitsFor]
    mine: NotRequired[list[TaskItem]]
    branch_id: NotRequired[str | None]


class TaskList(TypedDict):
    """A box of mine. `instances` where it is the box of what I started."""

    tasks: list[TaskItem]
    instances: NotRequired[list[InstanceItem]]
    more: bool
    counts: TaskCounts
    labels: Labels
    flows: dict[str, Words]


class NextStep(TypedDict):
    """What comes next: a task for people, a wait, or the end."""

    kind: str
    node: NotRequired[str]
    name: NotRequired[Words]
    task_kind: NotRequired[str]
    mode: NotRequired[str]
    people: NotRequired[list[str]]
    due_at: NotRequired[Instant | None]
    outcome: NotRequired[str | None]
    is_same: NotRequired[bool]


class TaskWay(TypedDict):
    """A choice, and what would follow; null where that depends on what is written."""

    way: str
    label: Words
    is_yes: bool
    needs_comment: bool
    next: list[NextStep] | None


class ReturnPlace(TypedDict):
    """A step it may be sent back to."""

    node: str
    name: Words


class AddedTask(TypedDict):
    """Somebody added who may be removed."""

    task_id: int
    who: str | None


class TaskAction(TypedDict):
    """What may be done with a task."""

    kind: str
    name: Words
    places: NotRequired[list[ReturnPlace]]
    tasks: NotRequired[list[AddedTask]]
    task_id: NotRequired[int]
    round: NotRequired[int]


class ListItem(TypedDict):
    """A step of a checklist."""

    key: str
    label: Words
    help: NotRequired[Words]
    required: NotRequired[bool]


class ChoosePart(TypedDict):
    """A later step whose people are named here."""

    node: str
    label: Words
    least: int


class TaskNode(TypedDict):
    """The step a task belongs to."""

    key: str
    kind: str
    name: Words
    mode: str
    mode_words: Words | None
    fields: dict[str, Literal["read", "write", "hidden", "required", "masked"]]
    is_new_record: bool
    choose: list[ChoosePart]
    guide: NotRequired[Json]
    items: NotRequired[list[ListItem]]
    comment: NotRequired[str]
    signature: NotRequired[bool]
    ratio: NotRequired[float]
    votes: NotRequired[int]


class TaskRecord(TypedDict):
    """The record of a task, as I may see it here."""

    record: dict[str, Json]
    labels: Labels
    can: dict[str, bool]
    masked: list[str]
    title: str


class TaskSeat(TypedDict):
    """How one of several people stands to the decision."""

    task_id: int
    who: str | None
    candidates: list[str]
    owner: str | None
    state: str
    action: str | None
    comment: str | None
    done_at: Instant | None
    weight: int
    added: dict[str, Json] | None
    parent_id: int | None
    auto: Words | None
    signed: bool


class HistoryLine(TypedDict):
    """One line of an instance's history."""

    seq: int
    at: Instant
    kind: str
    node: str | None
    token: int | None
    by: str | None
    text: Words
    comment: str | None
    action: str | None


class TaskPage(TypedDict):
    """Everything the page of a task shows. `shown` is the fingerprint a signature is bound to."""

    task: TaskItem
    instance: InstanceItem
    node: TaskNode
    record: TaskRecord | None
    shown: str
    beside: list[TaskSeat]
    advice: list[dict[str, Json]]
    ticked: dict[str, Json]
    returned: dict[str, Json] | None
    paused: dict[str, Json] | None
    actions: list[TaskAction]
    ways: list[TaskWay]
    history: list[HistoryLine]
    labels: Labels


class Act(TypedDict):
    """Something done with a task. `key`: the same press twice is done once."""

    values: NotRequired[dict[str, Json]]
    comment: NotRequired[str | None]
    key: NotRequired[str]
    round: NotRequired[int | None]


class OpenTask(TypedDict):
    """A task that is open now."""

    task_id: int
    node: str
    kind: str
    assignee: str | None
    title: str


class ActAnswer(TypedDict):
    """How the instance stands now."""

    instance_id: str
    status: str
    outcome: str | None
    tasks: list[OpenTask]


class TaskPlace(TypedDict):
    """Which task."""

    instance_id: str
    task_id: int
    round: NotRequired[int | None]


class ActMany(TypedDict):
    """The same done with many tasks."""

    items: list[TaskPlace]
    action: str
    values: NotRequired[dict[str, Json]]
    comment: NotRequired[str | None]
    key: str


class ManyResult(TypedDict):
    """What became of one of them."""

    instance_id: str
    task_id: int
    ok: bool
    problems: list[Problem]


class ManyAnswer(TypedDict):
    """What became of each."""

    results: list[ManyResult]


class Proxies(TypedDict):
    """The proxies I have named, and for whom I am one."""

    proxies: list[dict[str, Json]]
    flows: dict[str, Words]
    labels: Labels


class ProxyId(TypedDict):
    """The new proxy."""

    id: str


class Handover(TypedDict):
    """What is handed over by whom to whom."""

    from_user: str
    to: list[str]
    records: NotRequired[bool]
    comment: NotRequired[str | None]
    key: NotRequired[str]


class HandoverPreview(TypedDict):
    """What would move."""

    tasks: list[dict[str, Json]]
    records: list[dict[str, Json]]
    labels: Labels


class HandoverDone(TypedDict):
    """What moved."""

    id: str
    moved: int
    failed: list[dict[str, Json]]
    records: list[dict[str, Json]]


class Handovers(TypedDict):
    """The last hand-overs."""

    handovers: list[dict[str, Json]]
    labels: Labels


class HandoverUndone(TypedDict):
    """What went back, and what others had done meanwhile."""

    undone: int
    kept: int


class Candidate(TypedDict):
    """Somebody who may be chosen."""

    id: str
    name: str
