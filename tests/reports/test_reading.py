"""What one reading of the data may cost, and when an answer may be given again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.access.actor import Actor, system_actor
from engine.access.sources import Wanted
from engine.clock import VirtualClock
from engine.problems import Rejected
from report_engine.reading import Kept
from report_engine.service import ReportService
from server.clinics import Clinic, House
from server.installing import install
from server.settings import Settings
from tests.form_engine.making import words
from tests.installations import BOTH, pg_database
from tests.server.making import Definitions, write_app

__all__ = ["pg_database"]
COUNT = {"kind": "aggregate", "measures": ["talk.count"]}


def _scoped(made: Definitions) -> None:
    made["roles/clerk"]["grants"]["talk"] = {"view": "branch", "create": "all"}


@pytest.fixture(params=BOTH)
def clinic(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    home = tmp_path_factory.mktemp("house")
    house = House(Settings(home=home, threads=1).model_copy(update={"database_url": url}), VirtualClock())
    yield install(house, "alpha", write_app(home / "app", _scoped), words("alpha"))
    house.close()


def someone(login: str, *branches: str, role: str = "clerk") -> Actor:
    return Actor("alpha", login, login, login, frozenset({role}), branches[0] if branches else None, branches)


def asked(service: ReportService, actor: Actor, report: Any = None) -> tuple[Any, int]:
    """Return the first number of a report, and how many statements the database was given for it."""
    with service.opened(actor) as office:
        table = service.table(office, report or COUNT).table
        return table.rows[0][-1], len(office.reading.ran)


def talk(clinic: Clinic, branch: str) -> str:
    actor = someone("writer", branch, role="admin")
    customer = clinic.service.create(actor, "customer", {"name": "张三"})["record"]["id"]
    made = clinic.service.create(actor, "talk", {"customer_id": customer, "content": "你好"})
    return str(made["record"]["id"])


def clock_of(clinic: Clinic) -> VirtualClock:
    clock = clinic.workspace.clock
    assert isinstance(clock, VirtualClock)
    return clock


def service_of(clinic: Clinic) -> ReportService:
    return ReportService(clinic.workspace, clinic.plan.app, clinic.plan.policy)


def test_a_question_is_asked_once_and_again_only_when_its_records_changed(clinic: Clinic) -> None:
    service, boss = service_of(clinic), someone("boss", role="admin")
    talk(clinic, "b1")
    assert asked(service, boss) == (1, 1)
    assert asked(service, boss) == (1, 0)
    clinic.service.create(boss, "channel", {"name": "抖音"})
    assert asked(service, boss) == (1, 0), "channels are not counted here"
    made = talk(clinic, "b1")
    assert asked(service, boss) == (2, 1)
    clinic.service.delete(boss, "talk", made)
    assert asked(service, boss) == (1, 1)


def test_people_who_see_the_same_share_an_answer_and_others_do_not(clinic: Clinic) -> None:
    service = service_of(clinic)
    for branch in ("b1", "b1", "b2"):
        talk(clinic, branch)
    assert asked(service, someone("ann", "b1")) == (2, 1)
    assert asked(service, someone("ben", "b1")) == (2, 0)
    assert asked(service, someone("cleo", "b2")) == (1, 1)


@pytest.mark.parametrize(
    "formula",
    [
        'DATEADD({created_at}, 1, "day") > {created_at}',
        "ISBLANK({content}) = FALSE",
        "{created_at} <= TODAY() + 400",
    ],
)
def test_an_answer_that_formulas_worked_out_is_kept_while_the_day_lasts(clinic: Clinic, formula: str) -> None:
    service, boss = service_of(clinic), someone("boss", role="admin")
    talk(clinic, "b1")
    report = {**COUNT, "filter": formula}
    assert asked(service, boss, report) == (1, 1)
    clock_of(clinic).advance(timedelta(minutes=5))
    assert asked(service, boss, report) == (1, 0)
    talk(clinic, "b1")
    assert asked(service, boss, report) == (2, 1)


def test_an_answer_that_goes_by_the_moment_is_asked_again_a_moment_later(clinic: Clinic) -> None:
    service, boss = service_of(clinic), someone("boss", role="admin")
    talk(clinic, "b1")
    report = {**COUNT, "filter": '{created_at} < DATEADD(NOW(), -1, "hour")'}
    assert asked(service, boss, report) == (0, 1)
    clock_of(clinic).advance(timedelta(hours=1))
    assert asked(service, boss, report) == (0, 1), "not yet longer ago than an hour"
    clock_of(clinic).advance(timedelta(microseconds=1))
    assert asked(service, boss, report) == (1, 1)


def test_what_is_kept_is_bounded(clinic: Clinic) -> None:
    kept = Kept(most=400)
    for number in range(50):
        kept.put(("a statement", number), (1,), [(1, 2), (3, 4)])
    assert kept.get(("a statement", 49), (1,)) == [(1, 2), (3, 4)]
    assert kept.get(("a statement", 0), (1,)) is None
    assert kept.get(("a statement", 49), (2,)) is None
    kept.put("huge", (1,), [(1,)] * 100)
    assert kept.get("huge", (1,)) is None


def test_one_who_began_earlier_is_not_given_what_is_newer(clinic: Clinic) -> None:
    service, boss = service_of(clinic), someone("boss", role="admin")
    versions = service.kept.versions
    with clinic.workspace.read(snapshot=True) as unit:
        first = versions.at(unit)
    talk(clinic, "b1")
    with clinic.workspace.read(snapshot=True) as unit:
        later = versions.at(unit)
    assert first is not None
    assert later is not None
    assert later["talk"] > first[""]
    assert asked(service, boss)[0] == 1
    # As if this reading had begun before the others.
    versions._upto += 1
    with clinic.workspace.read(snapshot=True) as unit:
        assert versions.at(unit) is None


def test_what_takes_too_long_is_stopped_and_the_next_question_answered(clinic: Clinic) -> None:
    service, boss = service_of(clinic), someone("boss", role="admin")
    clinic.service.load(
        system_actor("alpha"), "channel", [{"name": f"渠道{number}"} for number in range(300)]
    )
    with service.opened(boss) as office:
        gate = office.desk.gate
        sources = [gate.source("channel", {"v": Wanted("name")}, name=f"s{number}") for number in range(3)]
        one, two, three = (source.table for source in sources)
        joined = one.join(two, one.c.v != two.c.v).join(three, three.c.v != two.c.v)
        every = gate.seal(
            select(func.count()).select_from(joined), sources, "channel", lambda _rows, _keys: []
        )
        office.reading.limit(0.001)
        with pytest.raises(Rejected) as refused, office.reading.unit.savepoint():
            office.desk.unit.execute(every)
        assert [problem.code for problem in refused.value.problems] == ["report.too_slow"]
        office.reading.limit(60)
        assert service.table(office, COUNT).table.rows == ((0,),)


def test_money_of_an_empty_clinic_is_blank_and_a_count_is_nought(clinic: Clinic) -> None:
    service, boss = service_of(clinic), someone("boss", role="admin")
    assert asked(service, boss)[0] == 0
    assert asked(service, boss, {"kind": "aggregate", "measures": ["customer.cost.sum"]})[0] is None
