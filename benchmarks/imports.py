"""Imports: rows a second, beside the same rows sent by the driver alone; made-up visits, and real appointments."""

import csv
import gzip
import io
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks import clinic, harness
from benchmarks.databases import Database
from benchmarks.findings import Finding
from engine.access.actor import system_actor
from server.clinics import Clinic

HEADERS = (
    "顾客",
    "医生",
    "主题",
    "备注",
    "状态",
    "类型",
    "项目",
    "单价",
    "数量",
    "折扣",
    "评分",
    "新客",
    "日期",
    "开始",
    "时长",
)
WORDS = {
    "open": "进行中", "done": "完成", "lost": "取消", "first": "初诊", "again": "复诊", "a": "洁牙", "b": "补牙", "c": "种植",
}  # fmt: skip
REAL = "noshow_110527.csv.gz"
ABSENT = f"{REAL} was not found (CLINICRAFT_DATA or ../shared/data): the real appointments were not imported"
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took: seconds on the wall, and of CPU of this process and the database."""

    wall_s: float
    cpu_s: float


class Watch:
    """Started when made; `took` tells."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cpu = self._cpu_s()
        self._wall = time.perf_counter()

    def took(self) -> Took:
        return Took(time.perf_counter() - self._wall, self._cpu_s() - self._cpu)

    def _cpu_s(self) -> float:
        # A SQLite database has no process of its own; a PostgreSQL one is a child of this process in name only.
        return time.process_time() + harness.cpu_s(self._database.processes)


def measure(database: Database, rows: int) -> Iterator[Finding]:
    """Yield the speed of an import of made-up visits, and of the real appointments where they are at hand."""
    house, made, facts = clinic.build(database.home, database.url, 0)
    try:
        sheet = _sheet(facts, rows)
        took, counts = _import(database, made, "visit", sheet)
        assert counts["created"] == rows, counts
        yield from _told(database, made, "import", "f_visit", rows, took)
        took, counts = _import(database, made, "visit", sheet)
        assert counts["skipped"] == rows, counts
        told = f"{rows:,} rows in {took.wall_s:.1f} s"
        yield Finding("import again, every row known", database.name, told, rows / took.wall_s, unit="rows/s")
        found = real_appointments()
        if found is not None:
            yield from _real(database, made, found, rows)
    finally:
        house.close()


def real_appointments() -> Path | None:
    """Return the file of real appointments, from CLINICRAFT_DATA or the folder beside the repository; None: absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    for folder in (os.environ.get("CLINICRAFT_DATA"), beside):
        if folder and (Path(folder) / REAL).is_file():
            return Path(folder) / REAL
    return None


def _real(database: Database, made: Clinic, path: Path, most: int) -> Iterator[Finding]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    header, body = lines[0], lines[1:] if most >= 100_000 else lines[1 : most + 1]
    places = sorted({row[header.index("Neighbourhood")] for row in body})
    made.service.load(system_actor("bench"), "place", [{"name": name} for name in places])
    patient, gender = header.index("PatientId"), header.index("Gender")
    people = {row[patient]: row[gender] for row in body}
    took, counts = _import(
        database, made, "patient", _csv([["PatientId", "Gender"], *map(list, people.items())])
    )
    assert counts["created"] == len(people), counts
    yield _speed("real patients imported", database, len(people), took)
    took, counts = _import(database, made, "booking", _csv([header, *body]))
    assert sum(counts.values()) == len(body), counts
    assert counts["rejected"] == 0, counts
    yield from _told(database, made, "real appointments imported", "f_booking", counts["created"], took)


def _speed(what: str, database: Database, rows: int, took: Took) -> Finding:
    told = f"{rows:,} rows in {took.wall_s:.1f} s, {took.cpu_s:.1f} CPU-s"
    return Finding(what, database.name, told, rows / took.wall_s, 5_000, True, "rows/s")


def _told(
    database: Database, made: Clinic, what: str, table: str, rows: int, took: Took
) -> Iterator[Finding]:
    yield _speed(what, database, rows, took)
    bare = _again(database, made, table)
    told = f"{rows / took.cpu_s:,.0f} to {rows / bare.cpu_s:,.0f} rows a CPU-s"
    yield Finding(
        f"{what}, to a batched insert", database.name, told, bare.cpu_s / took.cpu_s, 0.15, at_least=True
    )


def _sheet(facts: dict[str, Any], rows: int) -> bytes:
    phones = {one: f"139{n:08}" for n, one in enumerate(facts["clients"])}
    doctors = {one: clinic.person_name(n) for n, one in enumerate(facts["doctors"])}
    lines: list[Sequence[Any]] = [HEADERS]
    for number in range(rows):
        one = clinic.visit(facts, number)
        lines.append(
            (
                phones[one["client_id"]], doctors[one["doctor_id"]], one["subject"], one["note"], WORDS[one["status"]],
                WORDS[one["kind"]], "、".join(WORDS[t] for t in one["topics"]), one["price"], one["qty"], "0.9",
                one["score"], "是" if one["is_new"] else "否", one["day"], one["start_at"][:16].replace("T", " "),
                one["minutes"],
            )
        )  # fmt: skip
    return _csv(lines)


def _csv(lines: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def _import(database: Database, made: Clinic, form: str, data: bytes) -> tuple[Took, dict[str, int]]:
    """Import a sheet with the mapping the product guesses; return how long from upload to done, and the counts."""
    boss, imports = made.actor("admin"), made.imports
    watch = Watch(database)
    seen = imports.upload(boss, form, f"{form}.csv", data)
    chosen = {str(column["index"]): column["field"] for column in seen["columns"] if column["field"]}
    imports.run(boss, seen["id"], {"map": chosen, "header_row": seen["header_row"]})
    done = imports.work(seen["id"], dry=False)
    return watch.took(), done["counts"]


def _again(database: Database, made: Clinic, table: str) -> Took:
    """Insert the rows of a table once more, by the driver alone, in batches, into a twin of the table."""
    if database.url is None:
        return _again_sqlite(database, made.workspace.folder / "clinic.db", database.home / "again.db", table)
    return _again_postgres(
        database, database.url.replace("+psycopg", ""), str(made.workspace.room.schema), table
    )


def _again_sqlite(database: Database, source: Path, target: Path, table: str) -> Took:
    with closing(sqlite3.connect(source)) as connection:
        ddl = connection.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
        )
        made = [row[0] for row in ddl]
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        for one in made:
            connection.execute(one)
        insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
        watch = Watch(database)
        for batch in _batches(rows):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, batch)
            connection.execute("COMMIT")
        return watch.took()


def _again_postgres(database: Database, url: str, schema: str, table: str) -> Took:
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(f'SELECT * FROM "{schema}".{table}').fetchall()
        kinds = [
            column.type_code
            for column in connection.execute(f'SELECT * FROM "{schema}".{table} LIMIT 0').description or ()
        ]
        jsonb = {at for at, code in enumerate(kinds) if code == psycopg.adapters.types["jsonb"].oid}
        rows = [
            tuple(Jsonb(v) if at in jsonb and v is not None else v for at, v in enumerate(row))
            for row in rows
        ]
        connection.execute(f"DROP TABLE IF EXISTS again_{table}")
        connection.execute(f'CREATE TABLE again_{table} (LIKE "{schema}".{table} INCLUDING ALL)')
        insert = f"INSERT INTO again_{table} VALUES ({', '.join(['%s'] * len(rows[0]))})"
        watch = Watch(database)
        for batch in _batches(rows):
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(insert, batch)
        return watch.took()


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
