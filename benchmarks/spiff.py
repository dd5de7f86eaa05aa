"""The same sequence of tasks in SpiffWorkflow, its state read and saved at each step in a row of SQLite, as its users do."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

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


def steps_per_cpu_s(folder: Path, tasks: int, least_s: float) -> float:
    """Return steps a CPU second: load, complete one task, save, commit."""
    parser = BpmnParser()
    parser.add_bpmn_str(bpmn(tasks))
    spec, serializer = parser.get_spec("p"), BpmnWorkflowSerializer()
    with closing(sqlite3.connect(folder / "spiff.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE IF NOT EXISTS flow (id INTEGER PRIMARY KEY, state TEXT)")
        done, spent = 0, 0.0
        while spent < least_s:
            fresh = BpmnWorkflow(spec)
            fresh.do_engine_steps()
            database.execute("REPLACE INTO flow VALUES (1, ?)", (serializer.serialize_json(fresh),))
            began = time.process_time()
            for _ in range(tasks):
                (text,) = database.execute("SELECT state FROM flow WHERE id = 1").fetchone()
                workflow = serializer.deserialize_json(text)
                workflow.get_tasks(state=TaskState.READY, manual=True)[0].run()
                workflow.do_engine_steps()
                database.execute(
                    "UPDATE flow SET state = ? WHERE id = 1", (serializer.serialize_json(workflow),)
                )
                done += 1
            spent += time.process_time() - began
    return done / spent
