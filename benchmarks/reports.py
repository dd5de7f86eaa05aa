"""Reports over a million rows: the SQL that definitions become beside SQL written by hand, and a whole dashboard.

Both read the same tables with the same indexes. Rounds alternate, so that what else the machine does falls on both.
"""

import json
import os
import sqlite3
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.clinic import reopen
from benchmarks.databases import Database
from benchmarks.findings import Finding
from engine.access import accounts
from engine.access.accounts import Account
from engine.access.actor import Actor
from engine.clock import VirtualClock
from engine.ids import new_id
from engine.store.unit import Cause
from report_engine.exporting.book import Book, Part
from report_engine.exporting.formats import FORMATS
from report_engine.pipeline import run
from report_engine.reading import NIGHT_S, Kept
from report_engine.service import Office, ReportService
from report_engine.table import Column, Table
from server.clinics import Clinic
from server.installing import install

ROUNDS = 5
MOST_ROUNDS = 4
"""How many times as many rounds there are at most."""
AIM = 1.15
DAYS = 1096
TODAY = date(2026, 6, 15)
FIRST = TODAY - timedelta(days=DAYS - 1)
BRANCHES, PROJECTS, STAFF, CHANNELS = 100, 20, 200, 10
SHEET_ROWS = 100_000
STAGES = ("new", "contacted", "invited", "arrived", "won")
WON_MS = {"cold": 1000.0, "cached": 150.0}


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def field(key: str, control: str, **settings: Any) -> dict[str, Any]:
    return {"key": key, "control": control, "label": words(key), **settings}


def options(keys: Any) -> list[dict[str, Any]]:
    return [{"key": str(key), "label": words(str(key))} for key in keys]


FORMS: tuple[dict[str, Any], ...] = (
    {"key": "branch", "name": words("branch"), "title": "{name}", "fields": [field("name", "text", required=True)]},
    {
        "key": "bill", "name": words("bill"), "title": "{status}", "date": "day",
        "roles": {"project": "project", "consultant": "consultant", "customer": "customer"},
        "fields": [
            field("day", "date"), field("start_at", "datetime"), field("project", "select", options=options(f"p{n}" for n in range(PROJECTS))),
            field("consultant", "user"), field("customer", "text"), field("paid", "money"),
            field("status", "select", options=options(("settled", "void", "no_show"))),
        ],
    },
    {
        "key": "lead", "name": words("lead"), "title": "{stage}", "roles": {"channel": "channel"},
        "fields": [
            field("channel", "select", options=options(f"c{n}" for n in range(CHANNELS))),
            field("stage", "select", options=options(STAGES)),
        ],
    },
)  # fmt: skip
PAID = {
    "key": "paid",
    "name": words("paid"),
    "form": "bill",
    "aggregate": "sum",
    "of": "paid",
    "filter": '{status} = "settled"',
}
MONTH = {"role": "date", "bucket": "month"}
REPORTS: Mapping[str, Mapping[str, Any]] = {
    "KPI": {"measures": [PAID], "period": "this month", "compare": ["previous_period"]},
    "month × project": {
        "measures": [PAID], "by": [MONTH, {"role": "project"}], "period": "last 12 months", "compare": ["previous_year"], "fill": "none",
    },
    "ranking": {"kind": "ranking", "measures": [PAID], "by": [{"role": "consultant"}], "period": "this quarter", "limit": 20},
    "cohort": {
        "kind": "retention", "form": "bill", "period": "last 24 months",
        "settings": {"subject": "customer", "start": '{status} = "settled"', "again": '{status} = "settled"', "periods": 12},
    },
    "RFM": {"kind": "rfm", "form": "bill", "settings": {"customer": "customer", "amount": "paid", "filter": '{status} = "settled"'}},
    "no-show heat map": {
        "measures": [{"key": "rate", "name": words("rate"), "form": "bill", "aggregate": "rate", "filter": '{status} = "no_show"'}],
        "by": [{"field": "bill.day", "bucket": "weekday", "key": "weekday"}, {"field": "bill.start_at", "bucket": "hour_of_day", "key": "hour"}],
        "period": "last 90 days", "form": "bill",
    },
    "funnel": {
        "kind": "funnel", "form": "lead", "steps": [{"stage": stage} for stage in STAGES], "by": [{"role": "channel"}], "period": "last 90 days",
        "settings": {"history": "stage"},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Hand:
    """The same question as somebody who knows the tables would write it, for either database."""

    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


def _month(start: date, months: int) -> date:
    count = start.year * 12 + start.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


THIS = TODAY.replace(day=1)
LIVE = "deleted_at IS NULL AND status = 'settled'"
OVER = timedelta(days=1)
Q = {
    "month": THIS, "next": _month(THIS, 1), "before": _month(THIS, -1), "same": _month(THIS, -1) + (TODAY - THIS) + OVER, "year": _month(THIS, -11),
    "year_then": _month(THIS, -23), "year_end": date(TODAY.year - 1, TODAY.month, TODAY.day) + OVER, "quarter": _month(THIS, -((TODAY.month - 1) % 3)),
    "quarter_end": _month(THIS, 3 - (TODAY.month - 1) % 3), "cohorts": _month(THIS, -23), "ninety": TODAY - timedelta(days=89), "end": TODAY + OVER,
    "rfm": TODAY - timedelta(days=365), "live": LIVE,
}  # fmt: skip


def _both(text: str, **differing: tuple[str, str]) -> tuple[str, str]:
    return tuple(  # type: ignore[return-value]  # two of them
        text.format(**Q, **{key: pair[at] for key, pair in differing.items()}) for at in (0, 1)
    )


def by_hand() -> Mapping[str, Hand]:
    """Return each question by hand."""
    month = ("substr(day, 1, 7)", "date_trunc('month', day::timestamp)")
    kpi = [
        _both("SELECT sum(paid) FROM f_bill WHERE {live} AND day >= '{month}' AND day < '{next}'"),
        _both("SELECT sum(paid) FROM f_bill WHERE {live} AND day >= '{before}' AND day < '{same}'"),
    ]
    grid = [
        _both(
            "SELECT {m}, project, sum(paid) FROM f_bill WHERE {live} AND day >= '{year}' AND day < '{next}' GROUP BY 1, 2",
            m=month,
        ),
        _both(
            "SELECT {m}, project, sum(paid) FROM f_bill WHERE {live} AND day >= '{year_then}' AND day < '{year_end}' GROUP BY 1, 2",
            m=month,
        ),
    ]
    ranking = [
        _both(
            "SELECT consultant, sum(paid) FROM f_bill WHERE {live} AND day >= '{quarter}' AND day < '{quarter_end}' GROUP BY 1 ORDER BY 2 DESC"
        )
    ]
    began = "SELECT customer, min(day) AS began FROM f_bill WHERE {live} AND customer IS NOT NULL GROUP BY customer"
    cohort = [
        _both(
            "SELECT {b}, count(*) FROM (" + began + ") a WHERE began >= '{cohorts}' AND began < '{next}' GROUP BY 1",
            b=("substr(began, 1, 7)", "date_trunc('month', began::timestamp)"),
        ),
        _both(
            "SELECT {b}, {s}, count(*) FROM (SELECT a.customer, a.began, min(b.day) AS day FROM (" + began + ") a JOIN f_bill b ON b.customer = a.customer "
            "AND b.day > a.began WHERE b.deleted_at IS NULL AND b.status = 'settled' AND began >= '{cohorts}' AND began < '{next}' GROUP BY 1, 2) c GROUP BY 1, 2",
            b=("substr(began, 1, 7)", "date_trunc('month', began::timestamp)"), s=("substr(day, 1, 7)", "date_trunc('month', day::timestamp)"),
        ),
    ]  # fmt: skip
    rfm = [
        _both(
            "SELECT customer, max(day), count(*) FILTER (WHERE day > '{rfm}'), sum(paid) FILTER (WHERE day > '{rfm}') FROM (SELECT customer, day, sum(paid) AS paid "
            "FROM f_bill WHERE {live} AND customer IS NOT NULL AND day < '{end}' AND paid > 0 GROUP BY 1, 2) a GROUP BY customer ORDER BY customer"
        )
    ]
    heat = [
        _both(
            "SELECT {w}, {h}, count(*) FILTER (WHERE status = 'no_show'), count(*) FROM f_bill WHERE deleted_at IS NULL AND day >= '{ninety}' AND day < '{end}' GROUP BY 1, 2",
            w=("(strftime('%w', day) + 6) % 7 + 1", "extract(isodow FROM day)"),
            h=(
                "strftime('%H', start_at, '+480 minutes')",
                "extract(hour FROM start_at AT TIME ZONE 'Asia/Shanghai')",
            ),
        )
    ]
    stages = _funnel()
    made = {
        "KPI": kpi,
        "month × project": grid,
        "ranking": ranking,
        "cohort": cohort,
        "RFM": rfm,
        "no-show heat map": heat,
        "funnel": stages,
    }
    return {
        name: Hand(tuple(a for a, _ in pairs), tuple(b for _, b in pairs)) for name, pairs in made.items()
    }


def _funnel() -> list[tuple[str, str]]:
    value = (
        "CASE WHEN h.kind = 'create' THEN json_extract(h.changes, '$.stage') ELSE json_extract(h.changes, '$.stage[1]') END",
        "CASE WHEN h.kind = 'create' THEN h.changes::jsonb ->> 'stage' ELSE h.changes::jsonb -> 'stage' ->> 1 END",
    )
    seconds = ("CAST(strftime('%s', h.at) AS INTEGER)", "floor(extract(epoch FROM h.at::timestamp))::bigint")
    log = (
        "SELECT l.id, l.channel, {v} AS stage, {t} AS entered, lead({t}) OVER (PARTITION BY h.record_id ORDER BY h.revision, h.id) AS gone FROM f_lead l "
        "JOIN cc_history h ON h.record_id = l.id AND h.form = 'lead' AND h.kind IN ('create', 'update') AND h.changes LIKE '%\"stage\":%' "
        "WHERE l.deleted_at IS NULL AND l.created_at__d >= '{ninety}' AND l.created_at__d < '{end}'"
    )
    firsts = ", ".join(
        f"min(CASE WHEN stage IN ({', '.join(repr(one) for one in STAGES[at:])}) THEN entered END) AS t{at}"
        for at in range(len(STAGES))
    )
    came = ["t0 IS NOT NULL"]
    for at in range(1, len(STAGES)):
        came.append(f"{came[-1]} AND t{at} >= t{at - 1}")
    counts = ", ".join(f"count(*) FILTER (WHERE {one})" for one in came)
    reached = _both(
        f"SELECT channel, {counts} FROM (SELECT id, channel, {firsts} FROM ({log}) a GROUP BY 1, 2) b GROUP BY 1",
        v=value,
        t=seconds,
    )
    stays = f"SELECT id, channel, stage, sum(gone - entered) AS stay FROM ({log}) a WHERE gone IS NOT NULL GROUP BY 1, 2, 3"
    ranked = f"SELECT channel, stage, stay, row_number() OVER (PARTITION BY channel, stage ORDER BY stay) AS place, count(*) OVER (PARTITION BY channel, stage) AS number FROM ({stays}) b"
    time_in = _both(
        f"SELECT channel, stage, max(CASE WHEN place = (number + 1) / 2 THEN stay END), max(CASE WHEN place = (number * 9 + 9) / 10 THEN stay END) FROM ({ranked}) c GROUP BY 1, 2",
        v=value, t=seconds,
    )  # fmt: skip
    still = _both(
        f"SELECT channel, stage, count(*) FROM ({log}) a WHERE gone IS NULL GROUP BY 1, 2", v=value, t=seconds
    )
    return [reached, time_in, still]


def measure(database: Database, rows: int, rounds: int = ROUNDS) -> Iterator[Finding]:
    """Yield how the engine's SQL compares, what making it costs, how long a dashboard takes, what a long sheet needs."""
    clinic, actor, director = _clinic(database, rows)
    told = f"{rows:,} bills"
    for name, report in REPORTS.items():
        ours, theirs = _compared(clinic, actor, report, by_hand()[name], database, rounds)
        details = {"ours_ms": round(ours, 1), "by_hand_ms": round(theirs, 1), "rows": rows}
        yield Finding(
            f"report SQL beside SQL by hand: {name}", database.name, f"{told}; {ours:,.0f} ms, by hand {theirs:,.0f} ms",
            ours / theirs, AIM, details=details,
        )  # fmt: skip
    took = _making(clinic, actor)
    yield Finding(
        "report definition to SQL",
        database.name,
        f"median of {len(took)}",
        statistics.median(took),
        5,
        unit="ms",
    )
    for name, value in _dashboard(clinic, director, rounds).items():
        said = f"{told}, 8 charts of one branch"
        yield Finding(f"dashboard, {name}", database.name, said, value, WON_MS[name], unit="ms")
    seconds, mb = _sheet()
    yield Finding("xlsx of 100,000 rows", database.name, f"{seconds:.1f} s", mb, 200, unit="MB")


# the clinic


def _clinic(database: Database, rows: int) -> tuple[Clinic, Actor, Actor]:
    folder = database.home / "reports_app"
    _write(folder)
    house = reopen(database.home, database.url)
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
    clinic = install(house, "reports", folder)
    clinic.workspace.clock = VirtualClock(noon)
    people = [
        Account(new_id(), "all", "总部", ("all",), (), None),
        Account(new_id(), "one", "院长", ("branch",), ("b0",), "b0"),
    ]
    with clinic.workspace.write(Cause("system")) as unit:
        accounts.create_accounts(unit.connection, [(one, None) for one in people], unit.now)
    _fill(database, clinic, rows)
    return clinic, _actor(clinic, people[0]), _actor(clinic, people[1])


def _actor(clinic: Clinic, account: Account) -> Actor:
    return Actor(
        clinic.key,
        account.user_id,
        account.login,
        account.name,
        frozenset(account.roles),
        account.branch_id,
        tuple(account.branches),
    )


def _write(folder: Path) -> None:
    everything = {"view": "all", "export": "all", "fields": {"*": "read"}}
    made: dict[str, Any] = {
        "app": {"key": "reports", "name": words("reports"), "version": "1.0.0", "engine": ">=0.1", "modules": []},
        **{f"forms/{one['key']}": one for one in FORMS},
        "roles/all": {"key": "all", "name": words("all"), "grants": {"*": everything}},
        "roles/branch": {"key": "branch", "name": words("branch"), "grants": {"*": {**everything, "view": "branch"}}},
        **{f"reports/{key}": {"key": key, "name": words(key), "kind": "aggregate", **one} for key, one in _widgets().items()},
        "dashboards/main": {
            "key": "main", "name": words("main"),
            "cells": [{"key": key, "report": key, "at": [0, 4 * at, 12, 4]} for at, key in enumerate(_widgets())],
        },
    }  # fmt: skip
    for name, one in made.items():
        path = folder / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(one), encoding="utf-8")


def _widgets() -> dict[str, Mapping[str, Any]]:
    return {
        "kpi": REPORTS["KPI"], "months": REPORTS["month × project"], "ranking": REPORTS["ranking"], "heat": REPORTS["no-show heat map"],
        "funnel": REPORTS["funnel"], "cohort": REPORTS["cohort"],
        "mix": {"measures": [PAID], "by": [{"role": "project"}], "period": "this month"},
        "days": {"measures": [PAID], "by": [{"role": "date", "bucket": "day"}], "period": "last 30 days"},
    }  # fmt: skip


def _fill(database: Database, clinic: Clinic, rows: int) -> None:
    leads = max(rows // 4, 100)
    with _connected(database, clinic) as connection:
        place = "" if database.url is None else f'"{clinic.workspace.room.schema}".'
        text = _SQLITE if database.url is None else _POSTGRESQL
        given = {
            "rows": rows, "leads": leads, "place": place, "first": FIRST.isoformat(), "days": DAYS, "customers": max(rows // 8, 10),
            "staff": STAFF, "branches": BRANCHES, "projects": PROJECTS, "channels": CHANNELS, "today": TODAY.isoformat(),
        }  # fmt: skip
        for statement in text:
            connection.execute(statement.format(**given))
        connection.execute("ANALYZE")


@contextmanager
def _connected(database: Database, clinic: Clinic) -> Iterator[Any]:
    if database.url is not None:
        with database.bare() as connection:
            yield connection
        return
    with closing(sqlite3.connect(clinic.workspace.folder / "clinic.db", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")


# Numbers that look random and are the same on both: multiples of primes.
_BILL = "id, revision, def_version, created_at, updated_at, created_at__d, branch_id, owner_id, day, start_at, start_at__d, project, consultant, customer, paid, status"
_LEAD = "id, revision, def_version, created_at, updated_at, created_at__d, branch_id, channel, stage"
_STATUS = "CASE WHEN n * 13 % 100 < 8 THEN 'no_show' WHEN n * 13 % 100 < 10 THEN 'void' ELSE 'settled' END"
_SQLITE = (
    "INSERT INTO f_bill (" + _BILL + ") WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {rows}) SELECT printf('b%08d', n), 1, 1, d || ' 02:00:00.000000', "
    "d || ' 02:00:00.000000', d, 'b' || (n * 7 % {branches}), NULL, d, d || printf(' %02d:30:00.000000', n * 11 % 10), d, 'p' || (n * 17 % {projects}), 'u' || (n * 19 % {staff}), "
    "'k' || (n * 7919 % {customers}), (n * 37 % 90000) + 1000, " + _STATUS + " FROM (SELECT n, date('{first}', '+' || (n * 7907 % {days}) || ' days') AS d FROM s)",
    "INSERT INTO f_lead (" + _LEAD + ") WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {leads}) SELECT printf('l%08d', n), 1 + n % 5, 1, d || ' 02:00:00.000000', "
    "d || ' 02:00:00.000000', d, 'b' || (n * 7 % {branches}), 'c' || (n * 3 % {channels}), CASE n % 5 WHEN 0 THEN 'new' WHEN 1 THEN 'contacted' WHEN 2 THEN 'invited' WHEN 3 THEN 'arrived' "
    "ELSE 'won' END FROM (SELECT n, date('{first}', '+' || (n * 7907 % {days}) || ' days') AS d FROM s)",
    "INSERT INTO cc_history (id, form, record_id, revision, kind, at, cause, changes) WITH k(k) AS (VALUES (0), (1), (2), (3), (4)) SELECT printf('h%d', k) || l.id, 'lead', l.id, k + 1, "
    "CASE k WHEN 0 THEN 'create' ELSE 'update' END, datetime(l.created_at, '+' || (k * 26 + substr(l.id, 2) % 50) || ' hours') || '.000000', 'user', CASE k WHEN 0 THEN '{{\"stage\":\"new\"}}' "
    "WHEN 1 THEN '{{\"stage\":[\"new\",\"contacted\"]}}' WHEN 2 THEN '{{\"stage\":[\"contacted\",\"invited\"]}}' WHEN 3 THEN '{{\"stage\":[\"invited\",\"arrived\"]}}' ELSE "
    "'{{\"stage\":[\"arrived\",\"won\"]}}' END FROM f_lead l, k WHERE k < l.revision",
)  # fmt: skip
_POSTGRESQL = (
    "INSERT INTO {place}f_bill (" + _BILL + ") SELECT 'b' || lpad(n::text, 8, '0'), 1, 1, t, t, d, 'b' || (n * 7 % {branches}), NULL, d, t + make_interval(hours => (n * 11 % 10)::int - 2, mins => 30), d, "
    "'p' || (n * 17 % {projects}), 'u' || (n * 19 % {staff}), 'k' || (n * 7919 % {customers}), (n * 37 % 90000) + 1000, " + _STATUS + " FROM (SELECT n, d, (d::text || ' 02:00+00')::timestamptz AS t FROM "
    "(SELECT n, date '{first}' + (n * 7907 % {days})::int AS d FROM generate_series(0::bigint, {rows} - 1) n) a) b",
    "INSERT INTO {place}f_lead (" + _LEAD + ") SELECT 'l' || lpad(n::text, 8, '0'), 1 + n % 5, 1, t, t, d, 'b' || (n * 7 % {branches}), 'c' || (n * 3 % {channels}), CASE n % 5 WHEN 0 THEN 'new' WHEN 1 THEN "
    "'contacted' WHEN 2 THEN 'invited' WHEN 3 THEN 'arrived' ELSE 'won' END FROM (SELECT n, d, (d::text || ' 02:00+00')::timestamptz AS t FROM (SELECT n, date '{first}' + (n * 7907 % {days})::int AS d FROM "
    "generate_series(0::bigint, {leads} - 1) n) a) b",
    "INSERT INTO {place}cc_history (id, form, record_id, revision, kind, at, cause, changes) SELECT 'h' || k || l.id, 'lead', l.id, k + 1, CASE k WHEN 0 THEN 'create' ELSE 'update' END, "
    "to_char((l.created_at AT TIME ZONE 'UTC') + make_interval(hours => k * 26 + substr(l.id, 2)::int % 50), 'YYYY-MM-DD HH24:MI:SS') || '.000000', 'user', CASE k WHEN 0 THEN '{{\"stage\":\"new\"}}' WHEN 1 THEN "
    "'{{\"stage\":[\"new\",\"contacted\"]}}' WHEN 2 THEN '{{\"stage\":[\"contacted\",\"invited\"]}}' WHEN 3 THEN '{{\"stage\":[\"invited\",\"arrived\"]}}' ELSE '{{\"stage\":[\"arrived\",\"won\"]}}' END "
    "FROM {place}f_lead l, generate_series(0, 4) k WHERE k < l.revision",
)  # fmt: skip


# what is measured


def _compared(
    clinic: Clinic, actor: Actor, report: Mapping[str, Any], hand: Hand, database: Database, rounds: int
) -> tuple[float, float]:
    """Return the median milliseconds of the engine's statements and of those by hand: who goes first changes every round.

    It is time of the processor, whatever else the machine does: on SQLite of this very process, on PostgreSQL of the one that
    answers (without its helpers, which neither is given). Both have more rounds while they stand too far apart. The first
    round only warms up.
    """
    service = ReportService(clinic.workspace, clinic.plan.app, clinic.plan.policy)
    texts = hand.sqlite if database.url is None else hand.postgresql

    def engine() -> float:
        service.kept = Kept(0)
        with service.opened(actor, NIGHT_S) as office:
            timed = _Timed(office.reading.unit, _clock(office.reading.unit))
            office.reading.unit = timed  # type: ignore[assignment]  # the same transaction, with a clock
            run(office.bound(report), office.desk)
        return timed.ms

    def by_hand_() -> float:
        with clinic.workspace.read(snapshot=True) as unit:
            clock = _clock(unit)
            began = clock()
            for text in texts:
                unit.cursor.execute(text)
                unit.cursor.fetchall()
            return (clock() - began) * 1000

    ours: list[float] = []
    theirs: list[float] = []
    engine()
    by_hand_()
    while len(ours) < rounds or (_apart(ours, theirs) > AIM and len(ours) < MOST_ROUNDS * rounds):
        turns = ((ours, engine), (theirs, by_hand_))
        for found, work in turns if len(ours) % 2 == 0 else turns[::-1]:
            found.append(work())
    return statistics.median(ours), statistics.median(theirs)


def _clock(unit: Any) -> Callable[[], float]:
    """Return what tells the seconds of the processor that a transaction's statements have taken; time by the wall where it is far away."""
    if not unit.is_postgres:
        return time.process_time
    unit.cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    unit.cursor.execute("SELECT pg_backend_pid()")
    told = Path(f"/proc/{unit.cursor.fetchone()[0]}/stat")
    if not told.exists():
        return time.perf_counter

    def seconds() -> float:
        # After the name in brackets come state, parent and so on; the 12th and 13th are ticks in and below the program.
        user, system = told.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    return seconds


def _apart(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(ours) / statistics.median(theirs)


class _Timed:
    """A transaction that adds up what its statements took; titles of people are no part of the question."""

    def __init__(self, unit: Any, clock: Callable[[], float]) -> None:
        self._unit, self._clock = unit, clock
        self.ms = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def fetch(self, scoped: Any) -> Any:
        began = self._clock()
        rows = self._unit.fetch(scoped)
        if " f_user" not in scoped.text:
            self.ms += (self._clock() - began) * 1000
        return rows


def _making(clinic: Clinic, actor: Actor) -> list[float]:
    """Return the CPU-milliseconds from a definition to a statement, each put together for the first time."""
    service = ReportService(clinic.workspace, clinic.plan.app, clinic.plan.policy)
    found = []
    for day in range(15):
        for report in REPORTS.values():
            asked = {**report, "period": {"from": "2026-01-01", "to": f"2026-03-{day + 1:02}"}}
            with service.opened(actor) as office:
                still = _Unasked(office)
                began = time.process_time()
                run(office.bound(asked), still.desk)
                took = (time.process_time() - began) * 1000
                found.append(took / max(still.count, 1))
    return found


class _Unasked:
    """A desk whose statements are made and not run."""

    def __init__(self, office: Office) -> None:
        self.count = 0
        self.desk = office.desk
        office.reading.execute = self._execute  # type: ignore[method-assign]  # measured without the database

    def _execute(self, scoped: Any) -> list[Any]:
        self.count += 1
        found: list[Any] = scoped.read([], None)
        return found


def _dashboard(clinic: Clinic, actor: Actor, rounds: int) -> dict[str, float]:
    service = ReportService(clinic.workspace, clinic.plan.app, clinic.plan.policy)
    asked = [{"cell": key} for key in _widgets()]
    cold: list[float] = []
    cached: list[float] = []
    for _ in range(rounds):
        service.kept = Kept()
        for times in (cold, cached):
            began = time.perf_counter()
            answers = service.ask(actor, "main", asked)
            times.append((time.perf_counter() - began) * 1000)
            wrong = [one for one in answers if "problem" in one]
            if wrong:
                raise RuntimeError(wrong)
    return {"cold": min(cold), "cached": min(cached)}


def _sheet() -> tuple[float, float]:
    """Return the seconds and the peak of memory that a sheet of 100,000 rows takes."""
    columns = (
        Column("name", words("name"), "dimension"),
        *(Column(f"m{n}", words(f"m{n}"), "measure", "integer") for n in range(6)),
    )
    table = Table(columns, tuple((f"row {n}", *(n * at for at in range(6))) for n in range(SHEET_ROWS)))
    book = Book(
        "sheet",
        (Part("sheet", "sheet", table),),
        "reader",
        "zh",
        "Asia/Shanghai",
        datetime(2026, 6, 15, 4, tzinfo=UTC),
    )
    # Counting every piece of memory takes several times as long: written twice, timed without.
    began = time.perf_counter()
    with tempfile.TemporaryFile() as target:
        FORMATS.get("xlsx").write(book, target, None)
    took = time.perf_counter() - began
    tracemalloc.start()
    with tempfile.TemporaryFile() as target:
        FORMATS.get("xlsx").write(book, target, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return took, peak / 1024 / 1024
