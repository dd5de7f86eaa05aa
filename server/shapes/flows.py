"""The shapes of flows: instances, starting, trials, incidents, coverage."""

from typing import NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json, Labels, Problem, Words
from server.shapes.records import FilterGroup
from server.shapes.tasks import HistoryLine, InstanceItem, Instant, NextStep


class FlowButton(TypedDict):
    """A flow that can be started by hand."""

    flow: str
    trigger: str
    name: Words
    ask: list[dict[str, Json]]


class RecordFlows(TypedDict):
    """The flows about a record, and those that can be started here."""

    instances: list[InstanceItem]
    buttons: list[FlowButton]
    labels: Labels


class Verdicts(TypedDict):
    """Why flows started about a record, or did not: `{at, form, verdicts: [{flow, trigger, verdict, words}]}`."""

    events: list[dict[str, Json]]
    flows: dict[str, Words]


class FlowItem(TypedDict):
    """A flow, and how many run."""

    key: str
    name: Words
    version: int
    form: str | None
    triggers: list[dict[str, Json]]
    counts: dict[str, int]
    problems: list[Problem]


class InstanceList(TypedDict):
    """A page of instances."""

    instances: list[InstanceItem]
    more: bool
    labels: Labels


class GraphNode(TypedDict):
    """A node on the canvas."""

    key: str
    kind: str
    kind_name: Words
    group: str
    name: Words
    line: Words | None
    region: str | None


class Graph(TypedDict):
    """A flow as nodes and edges. An edge: `{key, from, to, label, is_body?, is_boundary?}`."""

    start: str
    nodes: list[GraphNode]
    edges: list[dict[str, Json]]


class AheadLine(TypedDict):
    """What a choice or a timer leads to. `people` who get it then; `next` is null where it hangs on what people write."""

    label: Words | None
    at: Instant | None
    people: list[str]
    next: list[NextStep] | None


class AheadPlace(TypedDict):
    """What happens next at a place where an instance stands."""

    token_id: int
    node: str
    name: Words
    ways: list[AheadLine]
    timers: list[AheadLine]


class InstancePage(TypedDict):
    """An instance on its canvas."""

    instance: InstanceItem
    record: dict[str, str] | None
    graph: Graph
    tokens: list[dict[str, Json]]
    timers: list[dict[str, Json]]
    tasks: list[dict[str, Json]]
    history: list[HistoryLine]
    incidents: list[dict[str, Json]]
    waiting: list[dict[str, Json]]
    ahead: list[AheadPlace]
    actions: list[str]
    labels: Labels


class StartFlow(TypedDict):
    """Start a flow about a record, about several, or about all that a list shows (`filter`, `view`, `formula`, `search`)."""

    form: NotRequired[str]
    record_id: NotRequired[str]
    ids: NotRequired[list[str]]
    filter: NotRequired[FilterGroup]
    view: NotRequired[str]
    formula: NotRequired[str]
    search: NotRequired[str]
    values: NotRequired[dict[str, Json]]
    trigger: NotRequired[str]
    key: NotRequired[str]


class TryRecords(TypedDict):
    """Try a flow out. `record_id` of a chosen record, or `record`: the values of an invented one; `definition`: a flow not yet published."""

    form: NotRequired[str]
    record_id: NotRequired[str]
    record: NotRequired[dict[str, Json]]
    values: NotRequired[dict[str, Json]]
    until: NotRequired[str]
    answers: NotRequired[dict[str, Json]]
    definition: NotRequired[dict[str, Json]]


Breakpoints = TypedDict("Breakpoints", {"break": NotRequired[list[str]]})


class TryFlow(TryRecords, Breakpoints):
    """Try a flow out on one record. `break`: nodes before which it halts, `step`: before any; `after`: moves gone through already."""

    after: NotRequired[int]
    step: NotRequired[bool]


class TrialLine(TypedDict):
    """Something that would happen. `kind`: started, task, decided, waits, timer, passed, change, message, call, cc, incident, refused, finished …"""

    at: Instant
    kind: str
    text: Words
    flow: NotRequired[str | None]
    instance_id: NotRequired[str]
    node: NotRequired[str | None]
    by: NotRequired[str | None]
    comment: NotRequired[str]
    until: NotRequired[Instant | None]
    due_at: NotRequired[Instant | None]
    waits_for: NotRequired[str]
    people: NotRequired[list[str]]
    names: NotRequired[list[str]]
    outcome: NotRequired[str]
    verb: NotRequired[str]
    form: NotRequired[str]
    record_id: NotRequired[str]
    title: NotRequired[str]
    changed: NotRequired[list[str]]
    fields: NotRequired[dict[str, list[Json]]]
    message: NotRequired[str]
    message_kind: NotRequired[str]
    channel: NotRequired[str | None]
    to: NotRequired[dict[str, str | None]]
    address: NotRequired[str | None]
    subject: NotRequired[str | None]
    body: NotRequired[str | None]
    state: NotRequired[str]
    reason: NotRequired[str | None]
    error: NotRequired[str | None]
    problems: NotRequired[list[Problem]]


class TrialStop(TypedDict):
    """Where a trial halted before a node: what the flow knows there, the record as it is, and what would come of the node (`ahead`)."""

    node: str
    name: Words
    kind: str
    move: int
    variables: dict[str, Json]
    record: dict[str, Json]
    ahead: list[TrialLine]


class Trial(TypedDict):
    """What a flow would do, in order, and where it would stand in the end. `cut`: broken off (lines, time: too long; stop: halted)."""

    flow: str
    version: int
    instance_id: str
    title: str
    status: str
    outcome: str | None
    began_at: Instant
    until: Instant
    ended_at: Instant | None
    record: dict[str, str] | None
    triggers: list[dict[str, Json]]
    timeline: list[TrialLine]
    waiting: list[dict[str, Json]]
    troubles: list[str]
    cut: str | None
    stopped: TrialStop | None


class ShadowFlow(TryRecords):
    """Try a flow out on past records. `since`: how far back, `limit`: most occasions."""

    since: NotRequired[str]
    limit: NotRequired[int]


class ShadowMessage(TypedDict):
    """A message that would have gone, or would have been held back, and why."""

    at: Instant
    message: str
    message_name: Words
    message_kind: str
    channel: str | None
    to: dict[str, Json]
    state: str
    reason: str | None
    why: Words | None
    text: str | None
    form: str
    record_id: str
    title: str


class OccasionsLeftOut(TypedDict):
    """How many occasions were left out, and why."""

    words: Words
    count: int


class ShadowTask(TypedDict):
    """How many tasks somebody would have had on a day."""

    person: str
    name: str
    day: str
    count: int


class ShadowRun(TypedDict):
    """Whom a flow would have contacted, who would have had which tasks on which day, how it would have ended."""

    flow: str
    version: int
    since: Instant
    until: Instant
    cases: int
    run: int
    is_whole: bool
    skipped: dict[str, int]
    ended: dict[str, int]
    contacts: list[ShadowMessage]
    people: int
    held: list[ShadowMessage]
    left_out: list[OccasionsLeftOut]
    tasks: list[ShadowTask]
    failed: list[dict[str, Json]]


class Started(TypedDict):
    """The instances that started."""

    started: list[str]
    failed: list[dict[str, Json]]


class StartJob(TypedDict):
    """The background job that starts a flow on many records; GET /api/flow-starts/{job} tells how far it is."""

    job: str
    total: int


class TitledRecord(TypedDict):
    """A record by its title; an empty one where I may not see it."""

    id: str
    title: str


class RefusedStart(TypedDict):
    """Records on which a flow did not start, all for the same reason; the first of them by title."""

    problems: list[Problem]
    count: int
    records: list[TitledRecord]


class StartState(TypedDict):
    """How far a flow is started on many records. `state` as of jobs: waiting, running, done, failed, cancelled."""

    state: str
    done: int
    total: int
    form: str
    name: Words
    started: int
    refused: list[RefusedStart]


class Preview(TypedDict):
    """Who would be asked, step by step, if everybody agreed."""

    steps: list[NextStep]
    end: str
    problems: list[Problem]
    labels: Labels


class Incidents(TypedDict):
    """What could not go on. `count`: of all pages."""

    incidents: list[dict[str, Json]]
    more: bool
    count: int


class Settle(TypedDict):
    """What to do about incidents."""

    ids: list[str]
    action: str
    values: NotRequired[dict[str, Json]]


class Settled(TypedDict):
    """Those that could not be settled."""

    settled: int
    failed: list[dict[str, Json]]


class Outbox(TypedDict):
    """Messages as they were or would be sent."""

    messages: list[dict[str, Json]]
    more: bool
    counts: dict[str, int]
    calls: list[dict[str, Json]]


class Coverage(TypedDict):
    """Follow-up rules: what should exist and what does."""

    rules: list[dict[str, Json]]


class Gaps(TypedDict):
    """What is due and has not happened."""

    gaps: list[dict[str, Json]]
    titles: dict[str, str]
