"""The shapes of what reports send out: exports, subscriptions, alerts; see `api_types`."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.api_types import Json, Problem, Words

FileFormat = Literal["xlsx", "csv", "pdf", "png"]


class ReportExportAsk(TypedDict):
    """`cell`: one chart of a dashboard alone; `background`: a job in any case."""

    format: NotRequired[FileFormat]
    filters: NotRequired[dict[str, Json]]
    cell: NotRequired[str]
    background: NotRequired[bool]


class SubscriptionAsk(TypedDict):
    """What is to be sent to me, and when: `cron` has five parts, in the clinic's zone."""

    kind: Literal["dashboards", "reports"]
    key: str
    cron: str
    format: NotRequired[FileFormat]
    filters: NotRequired[dict[str, Json]]


class SubscriptionChange(TypedDict):
    cron: NotRequired[str]
    format: NotRequired[FileFormat]
    filters: NotRequired[dict[str, Json]]
    paused: NotRequired[bool]


class Subscription(TypedDict):
    """`way`: how it reaches me: by mail, or as a file behind a line in my drawer. `problem`: why the last one failed."""

    id: str
    kind: Literal["dashboards", "reports"]
    key: str
    name: Words
    cron: str
    format: FileFormat
    filters: dict[str, Json]
    paused: bool
    way: Literal["mail", "drawer"]
    next_at: str | None
    last_sent_at: str | None
    problem: Problem | None


class SubscriptionList(TypedDict):
    subscriptions: list[Subscription]


class AlertLine(TypedDict):
    """How a rule stands with me. `open`: groups that are off now, in words."""

    rule: str
    metric: str
    name: Words
    checked_at: str | None
    open: list[str]
    problem: Problem | None


class AlertList(TypedDict):
    alerts: list[AlertLine]


class AlertTold(TypedDict):
    """What a rule says to me now, without telling anybody."""

    lines: list[str]
    problem: Problem | None
