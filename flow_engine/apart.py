"""Work done for one flow at a time: what fails for one is told, once, and stops none of the others."""

import logging
import sqlite3
from collections.abc import Callable

import psycopg
from sqlalchemy import select

from engine.problems import Code, Problem, Rejected
from engine.store.codec import decode_json
from engine.store.unit import Cause
from engine.store.workspaces import Workspace
from flow_engine import writing
from flow_engine.tables import INCIDENTS

CANNOT_LOOK = Code(
    "flow.cannot_look",
    zh="流程“{flow}”的条件无法执行：{why}",
    en="The condition of the flow “{flow}” cannot be worked out: {why}",
    hint_zh="修改触发器或分群的条件；改好后会自动继续",
    hint_en="Change the condition of its trigger or segment; it goes on by itself after that",
)
log = logging.getLogger(__name__)


def apart(workspace: Workspace, flow: str, trigger: str, do: Callable[[], int]) -> int:
    """Return what `do` gives; where it fails, 0, and an incident of the flow unless there is one already.

    A database that cannot be reached, or is busy, is nobody's fault: that goes up.
    """
    try:
        return do()
    except Rejected as refused:
        problem = refused.problems[0]
        why = {lang: problem.message(lang) for lang in ("zh", "en")}
    except (psycopg.OperationalError, sqlite3.OperationalError):
        raise
    except Exception as error:
        log.exception("%s could not be looked at", trigger)
        why = dict.fromkeys(("zh", "en"), f"{type(error).__name__}: {error}"[:300])
    _tell(workspace, flow, trigger, CANNOT_LOOK.at("", flow=flow, why=why))
    return 0


def _tell(workspace: Workspace, flow: str, trigger: str, problem: Problem) -> None:
    with workspace.write(Cause("system")) as unit:
        c = INCIDENTS.c
        query = select(c.problem).where(c.flow == flow, c.kind == "trigger", c.state == "open")
        for text in unit.connection.execute(query).scalars():
            if decode_json(text).get("trigger") == trigger:
                return
        writing.open_incident(unit, flow, "trigger", {**problem.to_json(), "trigger": trigger})
