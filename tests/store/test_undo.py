"""A batch can be taken back as one; what others did since is theirs."""

from typing import Any

from engine.definitions.tables import FormTables
from engine.store import Cause, Unit, Workspace
from engine.store.undo import UndoReport
from tests.store.makers import change, create, history, load, right
from tests.store.test_records import count

BATCH = Cause("import", by="u1", batch_id="b1")
UNDO = Cause("user", by="u1", batch_id="b2")


def undo(clinic: Workspace, lead: FormTables, cause: Cause = UNDO) -> UndoReport:
    with clinic.write(cause) as unit:
        return unit.undo(lambda form, verb: right(lead, verb), "b1")


def bulk(clinic: Workspace, lead: FormTables, number: int) -> list[str]:
    with clinic.write(BATCH) as unit:
        return unit.insert_many(right(lead, "insert"), [{"name": f"n{i}"} for i in range(number)])


def delete(unit: Unit, lead: FormTables, record_id: str) -> Any:
    return unit.delete(right(lead, "delete"), unit.load(right(lead, "delete"), record_id))


def test_an_import_is_undone_except_what_was_touched_since(clinic: Workspace, lead: FormTables):
    ids = bulk(clinic, lead, 5)
    change(clinic, lead, ids[2], name="mine")
    report = undo(clinic, lead)
    assert (report.undone, [(k.record_id, k.why["en"]) for k in report.kept]) == (
        4,
        [(ids[2], "changed since")],
    )
    assert load(clinic, lead, ids[2])["name"] == "mine"
    assert count(clinic, "f_lead", "deleted_at IS NULL") == 1
    assert [e.kind for e in history(clinic, lead, ids[0])] == ["delete", "create"]
    assert load(clinic, lead, ids[0], "restore")["revision"] == 2


def test_what_flows_made_of_an_import_goes_with_it(clinic: Workspace, lead: FormTables):
    ids = bulk(clinic, lead, 3)
    change(clinic, lead, ids[0], Cause("system"), name="assigned")
    change(clinic, lead, ids[1], Cause("flow"), name="assigned")
    change(clinic, lead, ids[1], name="mine")
    report = undo(clinic, lead)
    assert (report.undone, [one.record_id for one in report.kept]) == (2, [ids[1]])
    assert load(clinic, lead, ids[1])["name"] == "mine"


def test_a_bulk_edit_gives_back_each_field_nobody_changed_since(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, name="a", visits=1, phone="13800001234", items=({"what": "x"},))
    batch = {"name": "b", "visits": 2, "phone": "13900001234", "items": ({"what": "y"}, {"what": "z"})}
    change(clinic, lead, made["id"], BATCH, **batch)
    change(clinic, lead, made["id"], BATCH, visits=3)
    change(clinic, lead, made["id"], name="theirs")
    report = undo(clinic, lead)
    assert (report.undone, report.kept[0].fields) == (0, ("name",))
    back = load(clinic, lead, made["id"])
    assert (back["name"], back["visits"], back["phone"]) == ("theirs", 1, "13800001234")
    assert [r["what"] for r in back["items"]] == ["x"]


def test_an_untouched_bulk_edit_is_undone_whole(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, name="a")
    change(clinic, lead, made["id"], BATCH, name="b")
    assert undo(clinic, lead) == UndoReport(1, ())
    assert load(clinic, lead, made["id"])["name"] == "a"


def test_deleting_many_is_undone(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, name="a")
    with clinic.write(BATCH) as unit:
        delete(unit, lead, made["id"])
    assert undo(clinic, lead).undone == 1
    assert load(clinic, lead, made["id"])["deleted_at"] is None


def test_undoing_the_undoing_brings_everything_back(clinic: Workspace, lead: FormTables):
    bulk(clinic, lead, 3)
    undo(clinic, lead)
    with clinic.write(Cause("user", by="u1")) as unit:
        assert unit.undo(lambda form, verb: right(lead, verb), "b2").undone == 3
    assert count(clinic, "f_lead", "deleted_at IS NULL") == 3
