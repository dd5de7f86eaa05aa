"""Installing an app, and bringing a clinic to a newer version of it: tables and version move together, data stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.definitions import versions
from engine.events import waiting
from engine.problems import Conflict
from server.clinics import House
from server.installing import install
from server.settings import Settings
from tests.installations import BOTH, pg_database
from tests.server.conftest import PASSWORD, Town, new_customer, people, phone
from tests.server.making import Definitions, field_of, write_app

__all__ = ["pg_database"]


@pytest.fixture(params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    settings = Settings(home=tmp_path / "home", threads=1).model_copy(update={"database_url": url})
    opened = House(settings)
    yield opened
    opened.close()


def newer(made: Definitions) -> None:
    """The next version: a field added, one relabelled, one retyped, one removed."""
    made["app"]["version"] = "1.1.0"
    fields = made["forms/customer"]["fields"]
    fields.append({"key": "hobby", "control": "text", "label": {"zh": "爱好", "en": "Hobby"}})
    field_of(made, "note")["label"] = {"zh": "说明", "en": "Remark"}
    field_of(made, "age").update(control="text")
    for key in ("min", "max"):
        field_of(made, "age").pop(key)
    fields.remove(field_of(made, "wechat"))
    made["roles/clerk"]["grants"]["customer"]["fields"].pop("wechat")
    made["forms/customer"]["rules"] = [
        one for one in made["forms/customer"]["rules"] if one["key"] != "grown"
    ]


def started(house: House, folder: Path) -> Town:
    install(house, "alpha", write_app(folder), {"zh": "甲", "en": "A"})
    town = Town(house)
    people(town, "alpha", house.passwords.hash(PASSWORD))
    return town


def test_a_newer_version_keeps_the_data_and_takes_up_the_fields(house: House, tmp_path: Path) -> None:
    town = started(house, tmp_path / "one")
    boss = town.sign_in("boss")
    record = new_customer(
        boss, note="old note", age=40, wechat="wx_1234", phone=phone(), items=[{"item": "a", "price": "2.00"}]
    )
    clinic = install(house, "alpha", write_app(tmp_path / "two", newer))
    clinic._checked_at = 0.0  # as if two seconds had passed
    path = f"/api/forms/customer/records/{record['id']}"
    now: dict[str, Any] = boss.get(path).json()["record"]
    assert (now["note"], now["age"], now["phone"], now["items"][0]["price"]) == (
        "old note",
        "40",
        record["phone"],
        "2.00",
    )
    assert "wechat" not in now
    assert now["hobby"] is None
    told = boss.patch(path, json={"values": {"hobby": "chess", "age": "about 41"}})
    assert told.json()["record"]["hobby"] == "chess"
    labels = {one["key"]: one["label"] for one in boss.get("/api/forms/customer").json()["fields"]}
    assert labels["note"] == {"zh": "说明", "en": "Remark"}


def test_what_a_version_removed_comes_back_with_it(house: House, tmp_path: Path) -> None:
    town = started(house, tmp_path / "one")
    boss = town.sign_in("boss")
    record = new_customer(boss, wechat="wx_1234")
    install(house, "alpha", write_app(tmp_path / "two", newer))

    def back(made: Definitions) -> None:
        made["app"]["version"] = "1.2.0"

    clinic = install(house, "alpha", write_app(tmp_path / "three", back))
    clinic._checked_at = 0.0
    now = boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]
    assert now["wechat"] == "wx_1234"


def test_the_version_is_published_with_the_tables_and_written_down(house: House, tmp_path: Path) -> None:
    started(house, tmp_path / "one")
    clinic = install(house, "alpha", write_app(tmp_path / "two", newer))
    with clinic.workspace.read() as unit:
        current = versions.current(unit.connection)
        actions = unit.connection.exec_driver_sql("SELECT action FROM cc_audit").scalars().all()
    assert current is not None
    assert (current.number, current.template_version) == (2, "1.1.0")
    assert list(actions).count("app_published") == 2


def test_a_switch_that_fails_leaves_the_old_version_in_force(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = started(house, tmp_path / "one")
    boss = town.sign_in("boss")
    record = new_customer(boss, age=40, wechat="wx_1234")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("lost power")

    monkeypatch.setattr("server.installing.versions.publish", broken)
    with pytest.raises(RuntimeError):
        install(house, "alpha", write_app(tmp_path / "two", newer))
    now = boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]
    assert (now["age"], now["wechat"]) == (40, "wx_1234")
    monkeypatch.undo()
    clinic = install(house, "alpha", write_app(tmp_path / "two", newer))
    assert clinic.version_number in (1, 2)


def test_installing_the_same_version_again_changes_nothing(house: House, tmp_path: Path) -> None:
    started(house, tmp_path / "one")
    clinic = install(house, "alpha", tmp_path / "one")
    with clinic.workspace.read() as unit:
        current = versions.current(unit.connection)
    assert current is not None
    assert current.number == 1


def test_another_app_is_refused(house: House, tmp_path: Path) -> None:
    started(house, tmp_path / "one")

    def other(made: Definitions) -> None:
        made["app"]["key"] = "other"

    with pytest.raises(Conflict) as refused:
        install(house, "alpha", write_app(tmp_path / "two", other))
    assert refused.value.problems[0].code == "install.other_app"


def test_changes_of_branches_and_staff_make_rights_be_worked_out_anew(house: House, tmp_path: Path) -> None:
    from engine.access import accounts

    town = started(house, tmp_path / "one")
    boss, clinic = town.sign_in("boss"), town.clinic()
    house._hand_out(clinic.workspace)
    with clinic.workspace.read() as unit:
        before = accounts.rule_version(unit.connection)
    new_customer(boss)
    house._hand_out(clinic.workspace)
    with clinic.workspace.read() as unit:
        assert accounts.rule_version(unit.connection) == before
    assert boss.post("/api/forms/branch/records", json={"values": {"name": "西区"}}).status_code == 201
    house._hand_out(clinic.workspace)
    with clinic.workspace.read() as unit:
        assert accounts.rule_version(unit.connection) == before + 1
        assert waiting(unit) == 0
