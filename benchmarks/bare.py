"""The calibration server: bare routes doing by hand, with the best SQL, what the product's routes do from definitions."""

import os
import sqlite3
import threading
import uuid
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Response

URL = os.environ.get("BARE_DATABASE", "")
app = FastAPI()
_local = threading.local()
_write = threading.Lock()
_encode = msgspec.json.Encoder().encode


def _connection() -> Any:
    if not hasattr(_local, "connection"):
        if URL.startswith("postgresql"):
            import psycopg

            _local.connection = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
            _local.mark = "%s"
        else:
            _local.connection = sqlite3.connect(URL, isolation_level=None)
            _local.connection.execute("PRAGMA journal_mode=WAL")
            _local.connection.execute("PRAGMA synchronous=FULL")
            _local.mark = "?"
    return _local.connection


@app.get("/api/health")
def health() -> Response:
    return Response(b"{}")


@app.post("/insert")
def insert(values: dict[str, Any]) -> Response:
    """One row and one audit row in one transaction."""
    connection = _connection()
    record_id = str(uuid.uuid4())
    columns = ["id", *values]
    marks = ", ".join([_local.mark] * len(columns))
    sql = f"INSERT INTO bare_record ({', '.join(columns)}) VALUES ({marks})"
    audit = f"INSERT INTO bare_audit (record_id, what) VALUES ({_local.mark}, {_local.mark})"
    is_sqlite = _local.mark == "?"
    if is_sqlite:
        with _write:
            _insert(connection, sql, [record_id, *values.values()], audit, "BEGIN IMMEDIATE")
    else:
        _insert(connection, sql, [record_id, *values.values()], audit, "BEGIN")
    return Response(_encode({"id": record_id}), 201, media_type="application/json")


def _insert(connection: Any, sql: str, row: list[Any], audit: str, begin: str) -> None:
    connection.execute(begin)
    try:
        connection.execute(sql, row)
        connection.execute(audit, (row[0], "created"))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@app.post("/page")
def page(question: dict[str, Any]) -> Response:
    """Run the given hand-written statement and give its rows as JSON."""
    cursor = _connection().execute(question["sql"], question["values"])
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return Response(_encode({"records": rows}), media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="warning", access_log=False)
