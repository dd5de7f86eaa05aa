"""A house with two clinics that run the same small app, on both databases, and people who ask over HTTP."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from engine.access.accounts import Account, create_accounts
from engine.clock import VirtualClock
from engine.ids import new_id
from engine.jobs.dispatcher import work
from engine.store import Cause
from server.app import create_app
from server.clinics import Clinic, House
from server.installing import install
from server.jobs import job_handlers
from server.settings import Settings
from tests.installations import BOTH, pg_database
from tests.server.contract import hold_against
from tests.server.making import Definitions, write_app

__all__ = ["pg_database"]

PASSWORD = "correct horse battery"
GUARD = {"X-Clinicraft": "1"}
PEOPLE = {"boss": "admin", "ann": "clerk", "ben": "clerk", "nobody": "stranger"}


@dataclass
class Town:
    """A running house with the clinics `alpha` and `beta`."""

    house: House
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    """User ids by (clinic, login)."""
    branches: dict[str, str] = field(default_factory=dict)

    def visitor(self) -> TestClient:
        """Return a browser that is not signed in."""
        client = TestClient(create_app(self.house), headers=GUARD, raise_server_exceptions=False)
        client.event_hooks["response"].append(hold_against)
        return client

    def sign_in(self, login: str, clinic: str = "alpha") -> TestClient:
        """Return a browser in which somebody has signed in."""
        client = self.visitor()
        told = client.post("/api/session", json={"workspace": clinic, "login": login, "password": PASSWORD})
        assert told.status_code == 200, told.text
        return client

    def clinic(self, key: str = "alpha") -> Clinic:
        return self.house.clinic(key)

    def run_jobs(self, key: str = "alpha") -> int:
        """Run what waits in the background."""
        clinic = self.clinic(key)
        return work(clinic.workspace, job_handlers(clinic), "test")


def people(town: Town, key: str, hashed: str) -> None:
    """Give a clinic its branch and its people."""
    clinic = town.clinic(key)
    with clinic.workspace.write(Cause("system")) as unit:
        made = [Account(new_id(), login, login, (role,), ()) for login, role in PEOPLE.items()]
        create_accounts(unit.connection, [(one, hashed) for one in made], unit.now)
    town.ids |= {(key, one.login): one.user_id for one in made}


@contextmanager
def town_with(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    change: Callable[[Definitions], None] = lambda _made: None,
    clinics: Iterable[str] = ("alpha",),
) -> Iterator[Town]:
    """Open a house whose clinics run the small app, changed as wished, on the database the fixture is asked for.

    Its pool has one connection, so whoever asks for a second one fails.
    """
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    home = tmp_path_factory.mktemp("town")
    settings = Settings(home=home, threads=1, sign_in_per_minute=100_000).model_copy(
        update={"database_url": url}
    )
    house = House(settings, VirtualClock())
    made = Town(house)
    folder, hashed = write_app(home / "app", change), house.passwords.hash(PASSWORD)
    for key in clinics:
        install(house, key, folder, {"zh": key, "en": key})
        people(made, key, hashed)
    yield made
    house.close()


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return the house."""
    with town_with(request, tmp_path_factory, clinics=("alpha", "beta")) as made:
        yield made


@pytest.fixture
def boss(town: Town) -> TestClient:
    return town.sign_in("boss")


@pytest.fixture
def ann(town: Town) -> TestClient:
    return town.sign_in("ann")


_NUMBER = iter(range(10_000_000, 99_999_999))


def phone() -> str:
    """Return a phone number nobody has yet."""
    return f"138{next(_NUMBER)}"


def new_customer(client: TestClient, **values: Any) -> dict[str, Any]:
    """Write a customer and return the answer's record."""
    given = {"name": "张三", **values}
    told = client.post("/api/forms/customer/records", json={"values": given})
    assert told.status_code == 201, told.text
    record: dict[str, Any] = told.json()["record"]
    return record


def problems(told: Response) -> list[Mapping[str, Any]]:
    """Return the problems of a refusal, after looking whether it is a proper one."""
    assert told.headers["content-type"] == "application/problem+json", told.text[:500]
    body = told.json()
    assert body["status"] == told.status_code
    assert body["problems"], body
    for problem in body["problems"]:
        assert set(problem) == {"code", "path", "message", "hint", "params"}
        assert problem["path"] == "" or problem["path"].startswith("/")
        for lang in ("zh", "en"):
            sentence = problem["message"][lang]
            assert sentence, problem
            assert re.search(r"\{\w+\}", sentence) is None, sentence
            assert len(sentence) < 1500
            assert not any(word in sentence for word in ("NoneType", "Traceback", "object has no", "dict")), (
                sentence
            )
        assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["message"]["zh"]), problem
    found: list[Mapping[str, Any]] = body["problems"]
    return found


def codes(told: Response) -> dict[str, str]:
    """Return the problem codes of a refusal by path."""
    return {one["path"]: one["code"] for one in problems(told)}


Rows = Callable[[], dict[str, int]]


@pytest.fixture
def rows(town: Town) -> Rows:
    """Return what counts the rows of everything that a write leaves behind."""

    def count() -> dict[str, int]:
        from sqlalchemy import text

        tables = ("f_customer", "f_customer__items", "f_talk", "cc_history", "cc_audit", "cc_events", "cc_files", "cc_jobs")  # fmt: skip
        with town.clinic().workspace.read() as unit:
            return {
                name: unit.connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
                for name in tables
            }

    return count


@pytest.fixture
def png(tmp_path: Path) -> bytes:
    """Return a small picture."""
    from io import BytesIO

    from PIL import Image

    made = BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(made, "PNG")
    return made.getvalue()
