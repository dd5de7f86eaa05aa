"""Purchases: who is asked, and whose word stands on the paper."""

from datetime import timedelta
from typing import Any

from tests.templates.flows.practice import Practice


def purchase(practice: Practice, amount: str) -> str:
    material = practice.put(
        "material",
        code=f"M{practice.numbers}",
        name="手套",
        unit="盒",
        status="enabled",
        branch_id=practice.branch,
    )
    practice.numbers += 1
    made = practice.create(
        "stock_move", kind="purchase_in", to_wh="main", lines=[{"material": material, "qty": 1, "price": amount}],
    )  # fmt: skip
    practice.change("stock_move", made, status="review")
    practice.settle()
    return made


def test_a_purchase_says_who_truly_approved_it(practice: Practice):
    made = purchase(practice, "500.00")
    practice.decide(practice.task("purchase_approval", made), "approved")
    practice.settle()
    assert practice.name(practice.record("stock_move", made)["approved_by"]) == "director"


def test_of_a_large_purchase_the_group_has_the_last_word(practice: Practice):
    made = purchase(practice, "25000.00")
    practice.decide(practice.task("purchase_approval", made), "approved")
    practice.settle()
    practice.decide(practice.task("purchase_approval", made, "group"), "approved")
    practice.settle()
    assert practice.name(practice.record("stock_move", made)["approved_by"]) == "boss"
    practice.no_incidents()


def material(practice: Practice, **values: Any) -> str:
    practice.numbers += 1
    given = {"code": f"S{practice.numbers}", "name": f"耗材{practice.numbers}", "kind": "goods", "spec": "4.0", "unit": "piece", "min_stock": 10,
             "max_stock": 40, "status": "enabled", **values}  # fmt: skip
    with practice.workspace.write(practice.cause("import")) as unit:
        desk = practice.clinic.service.desk(unit, practice.system)
        return str(unit.insert(desk.system_gate.write("material", "insert"), given)["id"])


def batch(practice: Practice, of: str, qty: int, days: int = 400, **values: Any) -> str:
    practice.numbers += 1
    day = (practice.clock.at + timedelta(days=days)).date()
    return practice.put("stock_batch", material_id=of, batch_no=f"B{practice.numbers}", expire_at=day, qty=qty, branch_id=practice.branch,
                        **{"warehouse": "branch", **values})  # fmt: skip


def moved(practice: Practice, kind: str, of: str, lot: str, qty: int, **values: Any) -> str:
    practice.numbers += 1
    made = practice.create(
        "stock_move", kind=kind, lines=[{"material": of, "batch": lot, "qty": qty, "price": "1.00"}], **values
    )
    practice.change("stock_move", made, status="posted", approved_by=practice.user["director"])
    practice.settle()
    return made


def left(practice: Practice, lot: str) -> int:
    return int(float(practice.record("stock_batch", lot)["qty"]))


def test_a_posted_movement_changes_what_is_there_and_its_reversal_takes_that_back(practice: Practice):
    stuff = material(practice, min_stock=0)
    lot = batch(practice, stuff, 20)
    issue = moved(practice, "department_issue", stuff, lot, 3, from_wh="branch")
    assert left(practice, lot) == 17
    moved(practice, "purchase_in", stuff, lot, 5, to_wh="branch")
    moved(practice, "write_off", stuff, lot, 1, from_wh="branch")
    assert left(practice, lot) == 21
    practice.change("stock_move", issue, status="reversed")
    practice.settle()
    assert left(practice, lot) == 24
    practice.no_incidents()


def test_a_transfer_takes_from_one_warehouse_and_gives_to_the_other(practice: Practice):
    stuff = material(practice, min_stock=0)
    lot = batch(practice, stuff, 20)
    for _ in range(2):
        made = moved(practice, "transfer", stuff, lot, 4, from_wh="branch", to_wh="department")
    [other] = practice.find("stock_batch", f'AND({{material_id}} = "{stuff}", {{warehouse}} = "department")')
    assert (left(practice, lot), left(practice, other["id"])) == (12, 8)
    practice.change("stock_move", made, status="reversed")
    practice.settle()
    assert (left(practice, lot), left(practice, other["id"])) == (16, 4)
    practice.no_incidents()


def test_lots_of_one_number_and_two_serial_numbers_stay_apart_when_they_are_moved(practice: Practice):
    stuff = material(practice, min_stock=0)
    first, second = batch(practice, stuff, 5), batch(practice, stuff, 5)
    for lot, serial in ((first, "SN-1"), (second, "SN-2")):
        practice.put_in("stock_batch", lot, batch_no="LOT", serial_no=serial)
        moved(practice, "transfer", stuff, lot, 2, from_wh="branch", to_wh="department")
    made = practice.find("stock_batch", f'AND({{material_id}} = "{stuff}", {{warehouse}} = "department")')
    assert sorted((one["serial_no"], float(one["qty"])) for one in made) == [("SN-1", 2.0), ("SN-2", 2.0)]
    practice.no_incidents()


def test_more_than_the_books_hold_goes_to_nothing_and_the_warehouse_counts(practice: Practice):
    stuff = material(practice, min_stock=0)
    lot = batch(practice, stuff, 2)
    moved(practice, "treatment_use", stuff, lot, 3, from_wh="branch")
    assert left(practice, lot) == 0
    [task] = [
        one for one in practice.tasks("stock_posted") if one["node"] == "recount" and one["record_id"] == lot
    ]
    practice.complete(task, qty=6)
    practice.settle()
    assert left(practice, lot) == 6
    practice.no_incidents()


def test_stock_is_looked_at_with_each_movement_and_told_of_once_until_it_is_filled_up(practice: Practice):
    stuff = material(practice)
    lot = batch(practice, stuff, 12)
    practice.pass_time(days=1)
    assert practice.instances("stock_low", stuff) == []
    moved(practice, "department_issue", stuff, lot, 3, from_wh="branch")
    [task] = practice.tasks("stock_low", stuff)
    moved(practice, "department_issue", stuff, lot, 1, from_wh="branch")
    practice.pass_time(days=9)
    assert len(practice.instances("stock_low", stuff)) == 1
    practice.complete(task, lines=[{"material": stuff, "qty": 32, "price": "100.00"}])
    moved(practice, "purchase_in", stuff, lot, 32, to_wh="branch")
    moved(practice, "department_issue", stuff, lot, 35, from_wh="branch")
    assert len(practice.instances("stock_low", stuff)) == 2
    practice.no_incidents()


def test_a_batch_that_comes_in_near_its_end_is_told_of_at_once(practice: Practice):
    stuff = material(practice, min_stock=0, near_expiry_days=90)
    near, far = batch(practice, stuff, 5, days=40), batch(practice, stuff, 5, days=400)
    practice.settle()
    told = {one["record_id"] for one in practice.outbox("batch_expiring")}
    assert (near in told, far in told) == (True, False)
    practice.pass_time(days=2)
    assert len([one for one in practice.outbox("batch_expiring") if one["record_id"] == near]) == 1
    practice.no_incidents()
