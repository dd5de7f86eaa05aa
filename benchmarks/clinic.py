"""Makes the benchmark clinic: the app in `app/`, people, and as many visits as asked, the same on both databases."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.access import accounts
from engine.access.accounts import Account
from engine.access.actor import system_actor
from engine.ids import new_id
from engine.store.unit import Cause
from server.clinics import Clinic, House
from server.installing import install
from server.settings import Settings

APP = Path(__file__).resolve().parent / "app"
MEMBERS = 20
CHUNK = 5_000


def build(home: Path, database_url: str | None, visits: int) -> tuple[House, Clinic, dict[str, Any]]:
    """Return house, clinic and facts: tokens of an administrator and a member, ids of clients and doctors."""
    house = reopen(home, database_url)
    clinic = install(house, "bench", APP)
    system = system_actor("bench")
    branch = clinic.service.load(system, "branch", [{"name": "总院"}])[0]
    people = [Account(new_id(), "admin", "管理员", ("admin",), (branch,), branch)]
    people += [
        Account(new_id(), f"member{n:02}", f"员工{n}", ("member",), (branch,), branch) for n in range(MEMBERS)
    ]
    now = house.clock.now()
    with clinic.workspace.write(Cause("system")) as unit:
        accounts.create_accounts(unit.connection, [(one, None) for one in people], now)
        tokens = [accounts.open_session(unit.connection, one.user_id, now) for one in people[:2]]
    clients = _load(clinic, "client", [{"name": person_name(n), "phone": f"139{n:08}"} for n in range(2000)])
    doctors = _load(clinic, "doctor", [{"name": person_name(n)} for n in range(40)])
    facts = {
        "branch": branch,
        "clients": clients,
        "doctors": doctors,
        "owners": [one.user_id for one in people[1:]],
        "admin": f"bench.{tokens[0]}",
        "member": f"bench.{tokens[1]}",
    }
    grow(clinic, facts, 0, visits)
    return house, clinic, facts


def reopen(home: Path, database_url: str | None) -> House:
    """Return the house of an installation."""
    return House(Settings(home=home, DATABASE_URL=database_url))


def grow(clinic: Clinic, facts: dict[str, Any], start: int, end: int) -> None:
    """Load visits number `start` to `end`."""
    system = system_actor("bench")
    rows: list[dict[str, Any]] = []
    for row in visits(facts, start, end):
        rows.append(row)
        if len(rows) == CHUNK:
            clinic.service.load(system, "visit", rows)
            rows = []
    if rows:
        clinic.service.load(system, "visit", rows)


def visits(facts: dict[str, Any], start: int, end: int) -> Iterator[dict[str, Any]]:
    """Yield visits as JSON values, spread over people, days and amounts; the same for the same numbers."""
    for number in range(start, end):
        rng = random.Random(number)
        yield {
            **visit(facts, number, rng),
            "owner_id": rng.choice(facts["owners"]),
            "branch_id": facts["branch"],
            "created_at": datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=number * 17),
        }


def visit(facts: dict[str, Any], number: int, rng: random.Random | None = None) -> dict[str, Any]:
    """Return the values of one visit: fifteen given fields, five computed by the server."""
    rng = rng or random.Random(number)
    day = date(2025, 1, 1) + timedelta(days=number * 7919 % 700)
    return {
        "client_id": rng.choice(facts["clients"]),
        "doctor_id": rng.choice(facts["doctors"]),
        "subject": f"就诊 {number}",
        "note": "常规检查，牙石较多，建议洁治" * rng.randint(1, 3),
        "status": rng.choice(("open", "open", "done", "done", "lost")),
        "kind": rng.choice(("first", "again")),
        "topics": rng.sample(("a", "b", "c"), rng.randint(1, 2)),
        "price": f"{rng.randint(10, 9000)}.00",
        "qty": rng.randint(1, 5),
        "discount": "0.9",
        "score": rng.randint(1, 5),
        "is_new": rng.random() < 0.3,
        "day": day.isoformat(),
        "start_at": f"{day.isoformat()}T{rng.randint(8, 18):02}:30:00+08:00",
        "minutes": rng.choice((15, 30, 45, 60)),
    }


def person_name(number: int) -> str:
    return (
        "王李张刘陈杨赵黄周吴"[number % 10]
        + "子文明华建国丽芳敏静"[number // 10 % 10]
        + "安平宁乐康健和顺美慧"[number // 100 % 10]
    )


def _load(clinic: Clinic, form: str, rows: list[dict[str, Any]]) -> list[str]:
    return clinic.service.load(system_actor("bench"), form, rows)
