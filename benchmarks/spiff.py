"""The same sequence of tasks in SpiffWorkflow, its state read and saved at each step in the same database, as its users do."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from sqlalchemy import make_url

NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def bpmn(tasks: int) -> bytes:
    """Return a sequence of manual tasks."""
    names = ["start", *(f"t{at}" for at in range(tasks)), "end"]
    body = [
        '<startEvent id="start"/>',
        *(f'<manualTask id="t{at}" name="t{at}"/>' for at in range(tasks)),
        '<endEvent id="end"/>',
    ]
    body += [
        f'<sequenceFlow id="f{at}" sourceRef="{one}" targetRef="{names[at + 1]}"/>'
        for at, one in enumerate(names[:-1])
    ]
    return f'<definitions xmlns="{NAMESPACE}" id="d" targetNamespace="x"><process id="p" isExecutable="true">{"".join(body)}</process></definitions>'.encode()


class Spiff:
    """A row that holds the workflow as text. At each step it is read, one task is completed, and it is saved and committed.

    Nothing else is written, which is less than the product does: no history, no outbox, no key against doubles.
    """

    def __init__(self, folder: Path, url: str | None, tasks: int) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(bpmn(tasks))
        self._spec, self._serializer, self._tasks = parser.get_spec("p"), BpmnWorkflowSerializer(), tasks
        self._database: Any
        if url is None:
            self._database = sqlite3.connect(folder / "spiff.db", isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
        else:
            plain = make_url(url).set(drivername="postgresql")
            self._database = psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)
        self._mark = "?" if url is None else "%s"
        self._database.execute("CREATE TABLE IF NOT EXISTS spiff (id INTEGER PRIMARY KEY, state TEXT)")
        self._database.execute("DELETE FROM spiff")
        self._database.execute("INSERT INTO spiff VALUES (1, '')")

    def run(self) -> float:
        """Start a workflow and do all of its tasks; return CPU seconds a step, without the start."""
        fresh = BpmnWorkflow(self._spec)
        fresh.do_engine_steps()
        self._save(fresh)
        began = time.process_time()
        for _ in range(self._tasks):
            self._database.execute("BEGIN")
            (text,) = self._database.execute("SELECT state FROM spiff WHERE id = 1").fetchone()
            workflow = self._serializer.deserialize_json(text)
            workflow.get_tasks(state=TaskState.READY, manual=True)[0].run()
            workflow.do_engine_steps()
            self._save(workflow)
            self._database.execute("COMMIT")
        return (time.process_time() - began) / self._tasks

    def _save(self, workflow: BpmnWorkflow) -> None:
        text = self._serializer.serialize_json(workflow)
        self._database.execute(f"UPDATE spiff SET state = {self._mark} WHERE id = 1", (text,))

    def close(self) -> None:
        """Give back the connection."""
        self._database.close()
