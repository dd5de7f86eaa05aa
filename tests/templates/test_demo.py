"""The demo story: the same for the same seed, and true to itself."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image

from engine.access.actor import system_actor
from engine.access.query import RecordQuery
from server.demo import accounts, generate
from server.demo.films import films
from server.demo.shelf import Shelf

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]
CENT = Decimal("0.01")


def told(seed: int = 7, scale: float = 0.01) -> Rows:
    rows: Rows = {}
    for form, batch in generate({}, seed, TODAY, scale, NOW):
        rows.setdefault(form, []).extend(batch)
    return rows


@pytest.fixture(scope="module")
def story() -> Rows:
    return told()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_one_seed_gives_one_story() -> None:
    assert told(scale=0.002) == told(scale=0.002)
    assert told(scale=0.002) != told(seed=8, scale=0.002)


def test_the_people_of_the_story_can_sign_in(story: Rows) -> None:
    people = accounts(7, TODAY, 0.01, NOW)
    assert {row["user_id"] for row in story["staff"]} == {person["id"] for person in people}
    logins = [person["login"] for person in people]
    assert len(set(logins)) == len(logins)
    first = {
        "director",
        "ops",
        "consultant",
        "frontdesk",
        "doctor",
        "marketing",
        "finance",
        "nurse",
        "service",
        "warehouse",
        "admin",
        "auditor",
    }
    assert first <= set(logins)


def test_ids_are_unique_and_every_reference_leads_somewhere(story: Rows) -> None:
    ids = [row["id"] for rows in story.values() for row in rows]
    known = {*ids, *(row["user_id"] for row in story["staff"])}
    assert len(set(ids)) == len(ids)
    links = {"customer_id", "lead_id", "visit_id", "appointment_id", "doctor_id", "staff_id", "plan_id", "bill_id", "card_id", "channel_id", "room_id", "owner_id", "created_by", "referrer_id", "task_id", "comm_log_id", "treatment_id", "consent_id", "template_id", "product_id", "material_id"}  # fmt: skip
    dangling = {
        (form, key)
        for form, rows in story.items()
        for row in rows
        for key in links & row.keys()
        if row[key] not in known
    }
    assert dangling == set()


def test_nothing_has_happened_in_the_future(story: Rows) -> None:
    assert all(at(row["created_at"]) <= NOW for rows in story.values() for row in rows)
    assert all(at(row["arrived_at"]) <= NOW for row in story["visit"])


@pytest.mark.parametrize("by", ["staff_id", "room_id"])
def test_no_doctor_and_no_chair_is_booked_twice(story: Rows, by: str) -> None:
    held: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in story["appointment"]:
        if row["status"] not in ("cancelled", "no_show", "rescheduled"):
            start = at(row["start_at"])
            held.setdefault(row[by], []).append((start, start + timedelta(minutes=row["minutes"])))
    for slots in held.values():
        slots.sort()
        assert all(first[1] <= second[0] for first, second in pairwise(slots))


def test_appointments_lie_within_opening_hours(story: Rows) -> None:
    for row in story["appointment"]:
        local = at(row["start_at"]) + timedelta(hours=8)
        assert local.hour >= 9
        assert local.hour * 60 + local.minute + row["minutes"] <= 18 * 60
        assert not 12 <= local.hour < 13


def test_people_work_by_day(story: Rows) -> None:
    """Calls, finished tasks, visits and goods moved: nothing between half past nine at night and eight in the morning."""
    moments = [
        *((form, row[key]) for form, key in (("comm_log", "started_at"), ("followup_task", "done_at"), ("followup_task", "due_at"),
                                            ("visit", "arrived_at"), ("visit", "left_at"), ("bill", "created_at"), ("stock_move", "created_at"))
          for row in story[form] if key in row),
    ]  # fmt: skip
    local = [(form, at(text) + timedelta(hours=8)) for form, text in moments]
    assert Counter(form for form, when in local if not 8 <= when.hour + when.minute / 60 <= 21.5) == {}


def test_nobody_is_born_tomorrow_and_children_have_guardians(story: Rows) -> None:
    for row in story["customer"]:
        assert "1925-01-01" < row["birthday"] <= TODAY.isoformat()
        if row["birthday"] > "2009-01-01":
            assert row.get("guardian"), row["name"]


def test_bills_add_up(story: Rows) -> None:
    for bill in story["bill"]:
        lines = sum(
            (
                (Decimal(i["qty"]) * Decimal(i["price"]) - Decimal(i.get("coupon", "0"))).quantize(
                    CENT, ROUND_HALF_UP
                )
                for i in bill["items"]
            ),
            Decimal(0),
        )
        due = lines - Decimal(bill["order_discount"])
        paid = sum((Decimal(p["amount"]) for p in bill.get("payments", ())), Decimal(0))
        assert {"paid": paid == due, "part_paid": 0 < paid < due, "to_pay": paid == 0}.get(
            bill["status"], paid == due
        )


def test_plans_are_billed_at_the_prices_agreed(story: Rows) -> None:
    plans = {plan["id"]: plan for plan in story["plan"]}
    for bill in story["bill"]:
        if "plan_id" in bill:
            agreed = [
                (line["service_item"], line["qty"], line["price"]) for line in plans[bill["plan_id"]]["items"]
            ]
            assert [(line["service_item"], line["qty"], line["price"]) for line in bill["items"]] == agreed


def test_stored_value_never_goes_below_zero(story: Rows) -> None:
    left: Counter[str] = Counter()
    for row in story.get("balance_log", ()):
        left[row["customer_id"]] += Decimal(row["principal_delta"]) + Decimal(row["gift_delta"])  # type: ignore[assignment]
    assert all(amount >= 0 for amount in left.values())


def test_cards_have_used_what_was_redeemed(story: Rows) -> None:
    uses = Counter((row["card_id"], row["line"]) for row in story.get("card_use", ()))
    for card in story["card"]:
        for line in card.get("lines", ()):
            assert line["used"] == uses[card["id"], line["service_item"]] <= line["total"]


def test_stages_agree_with_what_happened(story: Rows) -> None:
    visited = {row["customer_id"] for row in story["visit"]}
    for lead in story["lead"]:
        if lead["stage"] in ("won", "treating", "done"):
            assert lead["customer_id"] in visited
        if lead["stage"] == "new":
            assert not any(
                log.get("lead_id") == lead["id"] and log["result"] == "connected" for log in story["comm_log"]
            )
        assert lead["stage"] != "lost" or lead["lost_reason"]


def test_today_is_alive(story: Rows) -> None:
    today = [
        row["status"]
        for row in story["appointment"]
        if (at(row["start_at"]) + timedelta(hours=8)).date() == TODAY
    ]
    assert {"done", "in_treatment", "confirmed"} <= set(today)
    open_tasks = [at(row["due_at"]) for row in story["followup_task"] if row["status"] == "todo"]
    assert any(due < NOW for due in open_tasks)
    assert any(due > NOW for due in open_tasks)


def test_the_shares_are_those_of_a_real_chain(story: Rows) -> None:
    women = sum(row["gender"] == "female" for row in story["customer"]) / len(story["customer"])
    states = Counter(row["status"] for row in story["appointment"])
    over = states["done"] + states["no_show"] + states["cancelled"]
    assert 0.5 < women < 0.7
    assert 0.76 < states["done"] / over < 0.9
    assert 0.05 < states["no_show"] / over < 0.14


def test_every_record_passes_the_rules_of_its_form(practice: Any, story: Rows) -> None:
    """The fixture has loaded the story through the form engine, which refuses what breaks a rule."""
    admin = practice.actor("group_admin")
    for form in (
        "lead",
        "customer",
        "appointment",
        "visit",
        "clinical_record",
        "plan",
        "bill",
        "card",
        "perio_exam",
        "implant_case",
    ):
        assert practice.service.query(admin, form, {"limit": 1})["records"], form
    assert len(story) > 45


def test_what_waits_on_disk_comes_back_as_it_was_left() -> None:
    shelf = Shelf(young=3)
    rows = [{"id": str(number), "note": [number]} for number in range(20)]
    for row in rows:
        shelf.append(row)
        row["late"] = True
    shelf.amend("2", {"note": ["changed"]})
    assert len(shelf) == 20
    assert [row["id"] for row in shelf] == [row["id"] for row in rows]
    assert all(row["late"] for row in shelf)
    assert next(row["note"] for row in shelf if row["id"] == "2") == ["changed"]
    assert [row["id"] for row in shelf] == [row["id"] for row in rows]


def test_treatments_say_what_they_take_and_what_is_left_of_their_price(practice: Any) -> None:
    with practice.service.workspace.read() as unit:
        query = RecordQuery(
            "service_item", fields=("code", "price", "material_cost", "bom"), limit=100, python=True
        )
        rows = practice.service.desk(unit, system_actor("dental")).system_gate.page(query).records
    by_code = {row["code"]: row for row in rows}
    assert by_code["D026"]["material_cost"] == Decimal("2819.08")
    with_cost = [row for row in rows if row["material_cost"]]
    assert len(with_cost) >= 30
    assert all(row["material_cost"] < row["price"] * Decimal("0.8") for row in with_cost)


def test_every_film_that_was_taken_has_its_picture() -> None:
    drawn = films()
    files = {kind: {"id": kind, "name": name, "size": len(body), "mime": "image/png"} for kind, (name, body) in drawn.items()}  # fmt: skip
    taken = [
        row for form, batch in generate({}, 7, TODAY, 0.002, NOW, files) for row in batch if form == "imaging"
    ]
    assert taken
    assert all(row["images"] == [files[row["kind"]]] for row in taken)
    for _, body in drawn.values():
        assert max(Image.open(BytesIO(body)).size) >= 300
