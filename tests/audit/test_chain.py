"""The audit cannot be rewritten without being found out."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.audit import Verdict, read_audit, verify
from engine.store import Cause, Workspace

USER = Cause("user", by="u1", request_id="r1")


def note(clinic: Workspace, *actions: str) -> None:
    with clinic.write(USER) as unit:
        for action in actions:
            unit.audit(action, "lead", "id-1", {"n": action})


def verdict(clinic: Workspace) -> Verdict:
    with clinic.read() as unit:
        return verify(unit)


def tamper(clinic: Workspace, statement: str) -> None:
    """Do what an intruder with the owner's password could do."""
    with clinic.room.change() as connection:
        for guard in ("cc_audit_no_update", "cc_audit_no_delete"):
            if clinic.dialect == "sqlite":
                connection.execute(text(f"DROP TRIGGER {guard}"))
        connection.execute(text(statement))


def test_an_untouched_audit_is_whole(clinic: Workspace):
    note(clinic, "a", "b")
    note(clinic, "c")
    assert verdict(clinic) == Verdict(3)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE cc_audit SET action = 'x' WHERE seq = 2", Verdict(1, 2, "changed")),
        ("DELETE FROM cc_audit WHERE seq = 2", Verdict(1, 2, "missing")),
        ("DELETE FROM cc_audit WHERE seq = 3", Verdict(2, 3, "cut_off")),
    ],
)
def test_a_changed_missing_or_cut_off_line_is_found(clinic: Workspace, statement: str, expected: Verdict):
    note(clinic, "a", "b", "c")
    tamper(clinic, statement)
    assert verdict(clinic) == expected


@pytest.mark.parametrize("statement", ["UPDATE cc_audit SET action = 'x'", "DELETE FROM cc_audit"])
@pytest.mark.parametrize("table", ["cc_audit", "cc_history"])
def test_a_unit_cannot_rewrite_the_past(clinic: Workspace, statement: str, table: str):
    note(clinic, "a")
    changed = statement.replace("cc_audit", table).replace("action = 'x'", "cause = 'x'")
    with clinic.write(USER) as unit:
        unit.connection.execute(
            text(
                "INSERT INTO cc_history (id, form, record_id, revision, kind, at, cause, changes)"
                " VALUES ('h', 'f', 'r', 1, 'create', '', 'user', '{}')"
            )
        )
    with pytest.raises(DBAPIError), clinic.write(USER) as unit:
        unit.connection.execute(text(changed))


def test_a_rolled_back_unit_leaves_no_line_and_no_gap(clinic: Workspace):
    note(clinic, "a")
    with pytest.raises(ZeroDivisionError), clinic.write(USER) as unit:
        unit.audit("never")
        unit.flush()
        raise ZeroDivisionError
    note(clinic, "b")
    assert verdict(clinic) == Verdict(2)


def test_lines_are_read_newest_first_and_filtered(clinic: Workspace):
    note(clinic, "a", "b", "c")
    with clinic.read() as unit:
        assert [line.action for line in read_audit(unit, before=3)] == ["b", "a"]
        (line,) = read_audit(unit, action="b", form="lead", record_id="id-1", by="u1")
        assert (line.seq, line.request_id, line.details) == (2, "r1", {"n": "b"})
        assert read_audit(unit, by="u2") == []
