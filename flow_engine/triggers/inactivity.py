"""Nothing has happened for a while (久无动静): the last contact lies so long back."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem, Rejected
from engine.schema import KEY, closed, one_of
from flow_engine.calendar.span import read_span
from flow_engine.settings import TIME
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import on


class Inactivity(Trigger):
    """Starts when `field` (the last contact) is `after` ago. A new contact puts it off; each silence counts once."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        kinds = (
            "record.created",
            "record.updated",
            "record.deleted",
            "record.restored",
            "records.created",
            "records.deleted",
        )
        return on(config["form"], *kinds)

    def fields(self, config: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({config["field"]})

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        try:
            read_span(config["after"], f"{path}/after")
        except Rejected as rejected:
            yield from rejected.problems


TRIGGER = Inactivity(
    kind="inactivity",
    zh="久无动静",
    en="No activity",
    listens="date",
    field_types=frozenset({"date", "datetime"}),
    config_schema=closed(
        ("form", "field", "after"),
        form=KEY,
        field=KEY,
        after={"type": "string", "minLength": 1, "maxLength": 40},
        time=TIME,
        clock={**one_of("wall", "business"), "default": "wall"},
    ),
    sample={"form": "customer", "field": "last_visit_at", "after": "30d"},
)
