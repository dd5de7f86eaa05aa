"""Clinics share an installation and nothing else."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, inspect, text
from sqlalchemy.exc import DBAPIError

from engine.clock import VirtualClock
from engine.definitions.tables import FormTables
from engine.problems import Conflict, NotFound, Rejected
from engine.store import Cause, Installation, NestedUnitError, Settings, Workspace
from engine.store.crypto import Keyring
from engine.store.reencrypt import reencrypt
from tests.store.makers import LEAD, USER, create, history, load, right, tables_of


@pytest.fixture
def other(installation: Installation, clinic: Workspace) -> Workspace:
    made = installation.create("other", {"zh": "另一家", "en": "Other"})
    made.create_tables(tables_of(LEAD))
    return made


def test_records_of_one_clinic_are_unknown_in_another(clinic: Workspace, other: Workspace, lead: FormTables):
    made = create(clinic, lead, name="张三")
    with pytest.raises(NotFound):
        load(other, tables_of(LEAD)["lead"], made["id"])


def test_the_same_prepared_statement_serves_both_without_mixing(
    clinic: Workspace, other: Workspace, lead: FormTables
):
    """The pool is shared on PostgreSQL: what one connection prepared for a clinic must not answer for another."""
    for i in range(12):
        create(clinic, lead, code=f"a{i}")
        create(other, lead, code=f"a{i}", name="other")
    for workspace, expected in ((clinic, 0), (other, 12)):
        with workspace.read() as unit:
            assert unit.connection.execute(text("SELECT count(name) FROM f_lead")).scalar() == expected


def test_keys_differ_so_a_copied_value_does_not_open(clinic: Workspace, other: Workspace):
    sealed = clinic.keys.seal("secret", "f_lead", "id", "phone")
    assert clinic.keys.open(sealed, "f_lead", "id", "phone") == "secret"
    with pytest.raises(Rejected):
        other.keys.open(sealed, "f_lead", "id", "phone")
    assert clinic.keys.blind("lead", "phone", "1") != other.keys.blind("lead", "phone", "1")


def test_a_role_cannot_reach_another_schema(clinic: Workspace, other: Workspace, lead: FormTables):
    if clinic.dialect == "sqlite":
        assert clinic.folder != other.folder
        return
    with pytest.raises(DBAPIError, match="permission denied"), clinic.read() as unit:
        unit.connection.execute(text(f"SELECT * FROM {other.room.schema}.f_lead"))
    with pytest.raises(DBAPIError, match="must be owner"), clinic.write(USER) as unit:
        unit.connection.execute(text("DROP TABLE f_lead"))


def test_neither_role_nor_path_outlives_a_unit(installation: Installation, clinic: Workspace):
    if clinic.dialect == "sqlite":
        return
    with clinic.read():
        pass
    with clinic.room._connections.engine.connect() as connection:
        role, path = connection.execute(text("SELECT current_user, current_setting('search_path')")).one()
    assert role != clinic.room._place.role
    assert clinic.room.schema not in path


def test_files_lie_apart(clinic: Workspace, other: Workspace):
    assert not clinic.files.is_relative_to(other.folder)
    assert clinic.files.is_dir()


def test_a_second_connection_while_one_is_held_is_a_bug(clinic: Workspace, other: Workspace):
    with clinic.read():
        for workspace in (clinic, other):
            with pytest.raises(NestedUnitError), workspace.write(USER):
                pass
    with clinic.read():
        pass


def test_keys_are_taken_and_checked(installation: Installation, clinic: Workspace):
    with pytest.raises(Conflict):
        installation.create("clinic", {"zh": "x"})
    for key in ("", "Bad", "x" * 64, "a-b", 'a"; drop'):
        with pytest.raises(Rejected):
            installation.create(key, {"zh": "x"})
    with pytest.raises(NotFound):
        installation.workspace("nobody")


def test_an_archived_clinic_is_out_of_reach_but_not_gone(
    installation: Installation, clinic: Workspace, lead: FormTables
):
    create(clinic, lead, name="x")
    installation.archive("clinic")
    with pytest.raises(NotFound):
        installation.workspace("clinic")
    again = installation.create("clinic", {"zh": "新"})
    assert again.workspace_id != clinic.workspace_id
    assert [(w.key, w.state) for w in installation.registry(archived=True)] == [
        ("clinic", "archived"),
        ("clinic", "active"),
    ]


def test_reopening_finds_everything(installation: Installation, clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, phone="13800001234")
    reopened = Installation.open(installation.settings)
    assert load(reopened.workspace("clinic"), lead, made["id"])["phone"] == "13800001234"
    reopened.close()


def test_rotated_keys_read_the_old_and_renew_it(
    installation: Installation, clinic: Workspace, lead: FormTables
):
    made = create(clinic, lead, phone="13800001234")
    installation.rotate_keys()
    assert load(clinic, lead, made["id"])["phone"] == "13800001234"
    tables = tables_of(LEAD)
    assert reencrypt(clinic, tables, USER) == 1
    assert reencrypt(clinic, tables, USER) == 0
    with clinic.read() as unit:
        assert unit.connection.execute(text("SELECT phone FROM f_lead")).scalar_one().startswith("v1.k2.")
    assert load(clinic, lead, made["id"])["phone"] == "13800001234"
    assert history(clinic, lead, made["id"])[0].changes["phone"] == (None, "13800001234")


def test_the_key_file_is_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "keys.json"
    first = Keyring.load(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.load(path) == first
    os.chmod(path, 0o644)
    with pytest.raises(Rejected):
        Keyring.load(path)


@pytest.mark.parametrize("content", ["", "{}", '{"keys": {"k1": "AA=="}, "current": "k1", "index": "AA=="}'])
def test_a_damaged_key_file_is_never_replaced(tmp_path: Path, content: str):
    path = tmp_path / "keys.json"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(Rejected):
        Keyring.load(path)
    assert path.read_text() == content


def test_a_value_moved_to_another_place_does_not_open(clinic: Workspace):
    sealed = clinic.keys.seal("secret", "f_lead", "id1", "phone")
    for place in (("f_lead", "id2", "phone"), ("f_lead", "id1", "note"), ("f_other", "id1", "phone")):
        with pytest.raises(Rejected):
            clinic.keys.open(sealed, *place)
    with pytest.raises(Rejected):
        clinic.keys.open("nonsense", "f_lead", "id1", "phone")


def numbers(clinic: Workspace, scope: str, count: int = 1) -> list[int]:
    with clinic.write(USER) as unit:
        return unit.next_numbers("lead", scope, count)


def test_fast_numbers_rise_in_each_scope(clinic: Workspace):
    assert (numbers(clinic, "2603"), numbers(clinic, "2603", 3), numbers(clinic, "2604")) == (
        [1],
        [2, 3, 4],
        [1],
    )


def test_gapless_numbers_are_given_back_when_a_save_fails(clinic: Workspace):
    with pytest.raises(ZeroDivisionError), clinic.write(USER) as unit:
        assert unit.next_gapless("receipt") == 1
        raise ZeroDivisionError
    with clinic.write(USER) as unit:
        assert unit.next_gapless("receipt") == 1
    with clinic.write(USER) as unit:
        assert unit.next_gapless("receipt") == 2


def test_numbers_that_came_with_an_import_are_passed_over(clinic: Workspace):
    with clinic.write(USER) as unit:
        unit.raise_number("lead", "", 500)
        unit.raise_number("lead", "", 20)
    (number,) = numbers(clinic, "")
    assert number > 500


def test_many_writers_at_once_lose_nothing(clinic: Workspace, lead: FormTables):
    errors: list[Exception] = []

    def work(who: int) -> None:
        try:
            for i in range(8):
                create(
                    clinic,
                    lead,
                    Cause("user", by=f"u{who}"),
                    code=f"{who}-{i}",
                    no=str(numbers(clinic, "")[0]),
                )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with clinic.read() as unit:
        total, distinct = unit.connection.execute(
            text("SELECT count(*), count(DISTINCT no) FROM f_lead")
        ).one()
        lines = unit.connection.execute(text("SELECT count(*), max(seq) FROM cc_audit")).one()
    assert (total, distinct, tuple(lines)) == (32, 32, (32, 32))


STRIKES = ["f_lead", "f_lead__items", "i_lead__chart", "cc_file_uses", "cc_history", "cc_events", "cc_audit"]


@pytest.mark.parametrize("table", STRIKES)
def test_a_failure_between_any_two_statements_leaves_nothing(clinic: Workspace, lead: FormTables, table: str):
    """The database refuses one of the inserts that make up a record: none of the others stays."""
    from tests.store.test_records import FULL

    with clinic.room.change() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    with pytest.raises(Exception, match=table), clinic.write(USER) as unit:
        unit.insert(right(lead, "insert"), FULL)
    with clinic.room.change() as connection:
        connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))
        for other_table in STRIKES:
            assert connection.execute(text(f"SELECT count(*) FROM {other_table}")).scalar() == 0, other_table
        assert connection.execute(text("SELECT seq FROM cc_chain")).scalar() == 0


def test_the_clock_of_the_installation_is_the_units_clock(clinic: Workspace, clock: VirtualClock):
    with clinic.read() as unit:
        assert unit.now == clock.now()


def test_settings_without_a_database_need_only_a_folder(tmp_path: Path):
    opened = Installation.open(Settings(tmp_path / "new" / "folder"))
    assert opened.create("a", {"zh": "甲"}).dialect == "sqlite"
    opened.close()


def _release(*columns: Column[Any], index: str | None = None) -> MetaData:
    tables = MetaData()
    Table("cc_flow_things", tables, Column("id", Text, primary_key=True), *columns)
    if index is not None:
        Index("ix_cc_flow_things_new", tables.tables["cc_flow_things"].c[index])
        Index("ix_cc_flow_things_old", tables.tables["cc_flow_things"].c.id, unique=False)
    return tables


def test_a_newer_release_adds_its_columns_when_a_workspace_is_opened(
    installation: Installation, tmp_path: Path
):
    def fresh() -> tuple[Column[Any], Column[Any]]:
        return Column("note", Text), Column("tries", Integer, nullable=False, server_default="3")

    def opened(tables: MetaData) -> Installation:
        return Installation.open(replace(installation.settings, data_dir=tmp_path, more_tables=(tables,)))

    first = opened(_release())
    with first.create("grown", {"zh": "长大"}).write(USER) as unit:
        unit.connection.execute(text("INSERT INTO cc_flow_things (id) VALUES ('a')"))
    first.close()
    second = opened(_release(*fresh(), index="note"))
    for _ in range(2):  # and once is enough
        with second.workspace("grown").write(USER) as unit:
            row = unit.connection.execute(text("SELECT id, note, tries FROM cc_flow_things")).one()
            assert tuple(row) == ("a", None, 3)
            names = inspect(unit.connection).get_indexes("cc_flow_things", schema=unit.workspace.room.schema)
        # Also one on columns that were there before.
        assert sorted(str(one["name"]) for one in names) == ["ix_cc_flow_things_new", "ix_cc_flow_things_old"]
        second.close()
        second = opened(_release(*fresh(), index="note"))
    second.close()
    with pytest.raises(RuntimeError, match="must be nullable"):
        opened(_release(Column("must", Text, nullable=False))).workspace("grown")


def test_two_that_change_tables_at_once_take_turns(
    installation: Installation, clinic: Workspace, lead: FormTables
):
    """As two processes do that start at the same instant: both grant what the clinic's role may do."""
    if clinic.dialect == "sqlite":
        pytest.skip("there each file has one writer")
    other = Installation.open(installation.settings)
    try:
        with ThreadPoolExecutor(1) as pool, clinic.change() as connection:
            clinic.room.granted(connection)
            second = pool.submit(other.workspace(clinic.key).create_tables, tables_of(LEAD))
            while not connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar():
                assert not second.done()
        second.result()
    finally:
        other.close()
    assert create(clinic, lead, name="张三")["name"] == "张三"
