"""A time has come (定时): a cron expression in the clinic's zone, if wished for each record of a form."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem, Rejected
from engine.schema import KEY, closed, one_of
from flow_engine.calendar.cron import check_cron
from flow_engine.trigger import Trigger


class Schedule(Trigger):
    """Starts at each time; with `form` once for each record for which `when` holds then.

    `catch_up`: what is done about times missed while nothing ran: latest, all, none.
    """

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        try:
            check_cron(config["cron"], f"{path}/cron")
        except Rejected as rejected:
            yield from rejected.problems


TRIGGER = Schedule(
    kind="schedule",
    zh="定时",
    en="Schedule",
    listens="time",
    config_schema=closed(
        ("cron",),
        cron={"type": "string", "minLength": 9, "maxLength": 100},
        form=KEY,
        catch_up={**one_of("latest", "all", "none"), "default": "latest"},
    ),
    sample={"cron": "0 9 * * 1-5", "form": "lead", "when": '{stage} = "new"'},
)
