"""The shapes of what reports send out: exports, subscriptions, alerts."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json, Problem, Words

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
    robot: NotRequired[str]
    """A chat group that is told instead of me."""


class SubscriptionChange(TypedDict):
    cron: NotRequired[str]
    format: NotRequired[FileFormat]
    filters: NotRequired[dict[str, Json]]
    paused: NotRequired[bool]


class Subscription(TypedDict):
    """`way`: how it reaches me: by mail, or as a file behind a line in my drawer; or the chat group `robot` is told.

    `problem`: why the last one failed.
    """

    id: str
    kind: Literal["dashboards", "reports"]
    key: str
    name: Words
    cron: str
    format: FileFormat
    filters: dict[str, Json]
    paused: bool
    way: Literal["mail", "drawer", "robot"]
    robot: str | None
    next_at: str | None
    last_sent_at: str | None
    problem: Problem | None


class RobotLine(TypedDict):
    """A chat group that may be told. `is_ready`: it has an address; otherwise what it would be told stays in the outbox."""

    key: str
    name: str
    kind: Literal["wecom", "dingtalk", "feishu"]
    is_ready: bool


class SubscriptionList(TypedDict):
    subscriptions: list[Subscription]
    robots: list[RobotLine]


class AlertKnown(TypedDict):
    """Who said that it is known; not told again `until` then, or until it was well again."""

    by: str
    by_name: str
    at: str
    until: str | None
    note: str


class AlertGroup(TypedDict):
    """A group that is off. `is_open`: I was told of it; `times`: looks in a row; `again_at`: when I would be told again."""

    key: str
    known: AlertKnown | None
    text: str
    is_open: bool
    times: int
    since: str | None
    told_at: str | None
    again_at: str | None


class AlertLink(TypedDict):
    """Where a rule's number stands."""

    kind: Literal["reports", "dashboards"]
    key: str


class AlertAcknowledge(TypedDict):
    """`group`: which of those that are off; None for all."""

    group: NotRequired[str | None]
    until: NotRequired[str | None]
    note: NotRequired[str]


class AlertUnacknowledge(TypedDict):
    group: NotRequired[str | None]


class AlertLine(TypedDict):
    """How a rule stands with me. `open`: groups that I was told of and that are off still, in words.

    `tells_me`: I am one of its recipients; `is_seen`: I may open the rule itself and try it, and see its `people`.
    """

    rule: str
    metric: str
    link: AlertLink | None
    name: Words
    condition: Words
    tells_me: bool
    is_seen: bool
    people: list[str]
    checked_at: str | None
    next_at: str
    open: list[str]
    groups: list[AlertGroup]
    problem: Problem | None


class AlertSaid(TypedDict):
    """One look that told people, or somebody who said that it is known, or no longer. `lines`: what I was told; others' numbers are theirs alone."""

    rule: str
    name: Words
    kind: Literal["told", "over", "known", "unknown"]
    at: str
    people: list[str]
    lines: list[str]
    by_name: NotRequired[str]
    note: NotRequired[str]
    until: NotRequired[str | None]


class AlertList(TypedDict):
    """`told`: of the last 30 days, the newest first."""

    alerts: list[AlertLine]
    told: list[AlertSaid]


class AlertTold(TypedDict):
    """What a rule says to me now, without telling anybody. `too_few`: groups about which nothing can be said."""

    lines: list[str]
    looked_at: int
    too_few: int
    problem: Problem | None
