"""A date of a record has come (日期到达), before or after it by so much: birthdays, the days after surgery, expiry."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem, Rejected
from engine.schema import KEY, array, closed, one_of
from flow_engine.calendar.due import read_time
from flow_engine.calendar.span import read_span
from flow_engine.settings import TIME
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import on

OFFSET = {"type": "string", "minLength": 1, "maxLength": 40}
LATE = closed(
    ("do",),
    do=one_of("run", "within", "drop", "next_window"),
    within={"type": "string", "maxLength": 40},
)


class DateField(Trigger):
    """Starts at `field` and each of `offsets`, in local time at `time`. When the date moves, what is still to come moves.

    `repeat`: no (once a record and offset), each_date (once for each date that the field gets), yearly (29 February by
    `leap_day`), lunar (农历), monthly. `late`: what is done about an occurrence that was missed: run, run if within a
    span, drop, or wait for the next window: its time of the day, else when the branch opens.
    """

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
        spans = [(f"{path}/offsets/{at}", one) for at, one in enumerate(config["offsets"])]
        if "within" in config.get("late", {}):
            spans.append((f"{path}/late/within", config["late"]["within"]))
        for at, one in spans:
            try:
                read_span(one, at)
            except Rejected as rejected:
                yield from rejected.problems
        if "time" in config:
            try:
                read_time(config["time"], f"{path}/time")
            except Rejected as rejected:
                yield from rejected.problems


TRIGGER = DateField(
    kind="date_field",
    zh="日期到达",
    en="Date has come",
    listens="date",
    field_types=frozenset({"date", "datetime"}),
    config_schema=closed(
        ("form", "field"),
        form=KEY,
        field=KEY,
        offsets=array(OFFSET, minItems=1, maxItems=50) | {"default": ["0d"]},
        time=TIME,
        clock={**one_of("wall", "business"), "default": "wall"},
        repeat={**one_of("no", "each_date", "yearly", "lunar", "monthly"), "default": "no"},
        leap_day={**one_of("feb28", "mar1"), "default": "feb28"},
        late={**LATE, "default": {"do": "run"}},
    ),
    sample={"form": "surgery", "field": "done_on", "offsets": ["1d", "3d", "7d", "30d"], "time": "10:00"},
)
