"""Connections kept at hand: those that died meanwhile cost nobody anything."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import text

from engine.definitions.tables import FormTables
from engine.store import Cause, Workspace
from engine.store.connections import Held
from engine.store.turns import Turns
from engine.store.unit import Unit
from tests.installations import clinic, installation, pg_database
from tests.store.makers import right

__all__ = ["clinic", "installation", "pg_database"]


def cut(clinic: Workspace) -> None:
    """Let the server drop every connection, as when it is started anew."""
    with clinic.write(Cause("system")) as unit:
        mine = unit.connection.execute(text("SELECT pg_backend_pid()")).scalar()
        info = unit.driver.info
        place = {"host": info.host, "port": info.port, "dbname": info.dbname, "user": info.user}
    with psycopg.connect(**place, password=info.password or None, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", (mine,))


def test_a_connection_that_died_while_idle_is_replaced_unseen(clinic: Workspace):
    if clinic.dialect == "sqlite":
        pytest.skip("a file does not go away")
    for _ in range(3):
        cut(clinic)
        with clinic.write(Cause("system")) as unit:
            assert unit.connection.execute(text("SELECT 1")).scalar() == 1


def test_one_that_dies_at_work_is_told_and_the_next_unit_goes_well(clinic: Workspace):
    if clinic.dialect == "sqlite":
        pytest.skip("a file does not go away")
    with pytest.raises(Exception, match=r"terminat|closed|lost"), clinic.write(Cause("system")) as unit:
        unit.cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with clinic.write(Cause("system")) as unit:
        assert unit.connection.execute(text("SELECT 1")).scalar() == 1


def test_ready_statements_outlive_what_is_taken_back_and_changes_of_tables(clinic: Workspace):
    if clinic.dialect == "sqlite":
        pytest.skip("SQLite keeps its statements by itself")
    ask = "SELECT $1 || '!'"
    with clinic.write(Cause("system")) as unit:
        for _ in range(4):
            assert unit.first_text(ask, ("a",)) == "a!"
        with pytest.raises(ZeroDivisionError), unit.savepoint():
            raise ZeroDivisionError
        assert unit.first_text(ask, ("b",)) == "b!"
    with clinic.change() as connection:
        connection.exec_driver_sql("CREATE TABLE for_a_while (id text)")
        connection.exec_driver_sql("DROP TABLE for_a_while")
        unit = Unit(clinic, connection, Cause("system"))
        for _ in range(4):
            assert unit.first_text(ask, ("d",)) == "d!"
    with clinic.write(Cause("system")) as unit:
        assert unit.first_text(ask, ("c",)) == "c!"
        assert unit.first_text("SELECT 'x' WHERE $1 = 'y'", ("z",)) is None


def test_a_statement_behind_another_sees_what_was_committed_while_that_one_waited(clinic: Workspace):
    if clinic.dialect == "sqlite":
        pytest.skip("a writing unit is alone there")
    hold, ask = (
        "SELECT key FROM cc_meta WHERE key = $1 FOR UPDATE",
        "SELECT value FROM cc_meta WHERE key = $1",
    )
    with clinic.write(Cause("system")) as unit:
        unit.connection.execute(text("INSERT INTO cc_meta (key, value) VALUES ('a''b', 'x'), ('c', 'old')"))

    def asked(key: str) -> str | None:
        with clinic.write(Cause("system")) as unit:
            return unit.first_text_behind(Held(hold, (key,), ask, (key,)))

    def asked_with_begin(key: str) -> str | None:
        question = Held(hold, (key,), ask, (key,))
        with clinic.write(Cause("system"), question) as unit:
            # What is not plain does not stand between quotes.
            assert (question.result is not None) == (key != "a'b")
            found = unit.first_text_behind(question)
            assert unit.first_text_behind(question) == found
            return found

    for _ in range(4):
        assert (asked("a'b"), asked("c"), asked("none")) == ("x", "old", None)
    for ask_one in (asked, asked_with_begin):
        assert (ask_one("a'b"), ask_one("c"), ask_one("none")) == ("x", "old", None)
        with ThreadPoolExecutor(1) as pool:
            with clinic.write(Cause("system")) as unit:
                # The other connection has both statements ready too.
                assert [pool.submit(asked, "c").result() for _ in range(4)] == ["old"] * 4
                unit.connection.execute(text("UPDATE cc_meta SET value = 'new' WHERE key = 'c'"))
                waiting = pool.submit(ask_one, "c")
                while not unit.connection.execute(
                    text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                ).scalar():
                    pass
            assert waiting.result() == "new"
        with clinic.write(Cause("system")) as unit:
            unit.connection.execute(text("UPDATE cc_meta SET value = 'old' WHERE key = 'c'"))


def test_text_with_nul_is_refused_and_never_cut_off(clinic: Workspace):
    if clinic.dialect == "sqlite":
        pytest.skip("SQLite takes it")
    with pytest.raises(psycopg.DataError, match="NUL"), clinic.write(Cause("system")) as unit:
        unit.first_text("SELECT $1 || ''", ("a\0b",))


def test_a_table_that_grew_fast_is_counted_anew_so_that_it_plans_by_what_is_there(
    clinic: Workspace, lead: FormTables
):
    if clinic.dialect == "sqlite":
        pytest.skip("SQLite plans by the indexes there are")
    with clinic.write(Cause("system")) as unit:
        rows = [{"code": f"code {at}", "name": "x" * 300} for at in range(3_000)]
        unit.insert_many(right(lead, "insert"), rows)
    clinic.count_anew(lead, {"code"})
    with clinic.read() as unit:
        known = unit.connection.execute(text("SELECT attname FROM pg_stats WHERE tablename = 'f_lead'"))
        assert {row[0] for row in known} == {"code", "code__u", "deleted_at"}
        plan = unit.connection.execute(text("EXPLAIN SELECT id FROM f_lead WHERE code > '' OR code = ''"))
        assert "rows=3000 " in str(plan.first())


def test_who_lets_go_and_asks_again_comes_after_those_who_wait():
    turns, order = Turns(), list[str]()

    def visit(name: str) -> None:
        with turns:
            order.append(name)

    with ThreadPoolExecutor(3) as threads:
        with turns:
            for at, name in enumerate("abc"):
                threads.submit(visit, name)
                assert reached(lambda at=at: turns.waiting == at + 1)
        with turns:
            order.append("again")
    assert order == ["a", "b", "c", "again"]
    assert turns.waiting == 0


def test_a_turn_passes_on_where_somebody_fails():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        _ = 1 / 0
    with turns:
        assert turns.waiting == 0


def reached(holds: Callable[[], bool]) -> bool:
    """Wait, ten seconds at most, until something holds that another thread does."""
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        threading.Event().wait(0.001)
    return holds()
