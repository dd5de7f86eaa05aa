"""What happened is kept a row for each step and read back an entry each, whichever release wrote it."""

from decimal import Decimal

from engine.store import Cause
from flow_engine.past import Past, past, row_of
from flow_engine.result import Entry
from flow_engine.store import of
from tests.flow_engine.shell.house import END, Maker, flow

AT = "2026-03-05 06:30:00.000000"
TASK = {"key": "ask", "kind": "approve", "who": '"ben"', "to": {"approved": "end", "rejected": "end"}}


def test_a_step_is_one_row_and_its_entries_are_numbered_without_gaps(make_house: Maker):
    house = make_house(flow("one", TASK, END))
    instance = house.start("one")
    house.act(house.tasks(instance)[0], way="approved")
    rows = house.rows("SELECT seq, last FROM cc_flow_history ORDER BY seq")
    assert [(one["seq"], one["last"]) for one in rows] == [(1, 2), (3, 6)]
    assert house.history(instance) == [
        "started",
        "waits ask",
        "task ask",
        "passed ask",
        "ended end",
        "finished",
    ]


def test_rows_of_an_earlier_release_are_one_entry_each(make_house: Maker):
    house = make_house(flow("one", TASK, END))
    with house.workspace.write(Cause("system")) as unit:
        for seq, kind in enumerate(("started", "waits"), 1):
            row = ("old", seq, AT, kind, "ask", "ann", '{"wait":"task"}', None, None)
            unit.cursor.execute(of(unit).add_history, row)
        found = list(past(unit, "old"))
    assert found == [
        Past(seq, AT, kind, "ask", "ann", {"wait": "task"}) for seq, kind in ((1, "started"), (2, "waits"))
    ]


def test_what_a_step_notes_comes_back_as_it_was(make_house: Maker):
    house = make_house(flow("one", TASK, END))
    notes = [
        Entry(7, "passed", "ask", "ben", 3, {"way": "approved"}),
        Entry(8, "set", "sum", None, None, {"total": Decimal("12.50"), "$": "a name of an author's"}),
        Entry(9, "arrived", "end", None, 3, {}),
    ]
    with house.workspace.write(Cause("system")) as unit:
        unit.cursor.execute(of(unit).add_history, row_of("new", AT, notes))
        found = list(past(unit, "new"))
    assert found == [
        Past(7, AT, "passed", "ask", "ben", {"way": "approved", "token": 3}),
        Past(8, AT, "set", "sum", None, {"total": Decimal("12.50"), "$": "a name of an author's"}),
        Past(9, AT, "arrived", "end", None, {"token": 3}),
    ]
