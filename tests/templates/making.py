"""What tests put into a tiny clinic: customers, bills, leads, visits."""

import itertools

from engine.ids import new_id
from engine.store import Cause, files
from server.demo.papers import papers
from tests.templates.reporting import Tiny


def item(clinic: Tiny, name: str, category: list[str], price: str) -> str:
    return clinic.add(
        "service_item", "2024-01-01 09:00", code=f"{name}{new_id()[-6:]}", name=name, category=category, unit="time", price=price, minutes=30,
        dept="dentistry",
    )  # fmt: skip


def channel(clinic: Tiny, name: str = "抖音") -> str:
    return clinic.add("channel", "2024-01-01 09:00", name=f"{name}{new_id()[-6:]}", kind="online_paid")


def customer(clinic: Tiny, name: str, at: str = "2026-01-01 09:00", **more: object) -> str:
    values = {"name": name, "gender": "female", "phone": phone(), "first_channel": channel(clinic), **more}
    return clinic.add("customer", at, **values)


def bill(
    clinic: Tiny,
    who: str,
    at: str,
    service: str,
    price: str,
    *payments: tuple[str, str],
    status: str = "paid",
    **more: object,
) -> str:
    """A bill over one item, with payments of (method, amount)."""
    rows = [
        {"method": method, "amount": amount, "paid_at": f"{at.replace(' ', 'T')}:00+08:00"}
        for method, amount in payments
    ]
    line = {"kind": "service", "service_item": service, "qty": "1", "price": price}
    return clinic.add(
        "bill", at, customer_id=who, kind="service", items=[line], payments=rows, order_discount="0.00", refunded="0.00",
        status=status, **more,
    )  # fmt: skip


def lead(clinic: Tiny, at: str, source: str, **more: object) -> str:
    values = {"name": "线索", "phone": phone(), "channel_id": source, "intent_items": ["implant"], **more}
    return clinic.add("lead", at, **values)


def visit(clinic: Tiny, who: str, at: str, kind: str = "first_visit") -> str:
    moment = f"{at.replace(' ', 'T')}:00+08:00"
    return clinic.add("visit", at, customer_id=who, arrived_at=moment, visit_type=kind, consultant_id=USER)


NUMBERS = itertools.count(13_800_000_000)


def phone() -> str:
    return str(next(NUMBERS))


USER = "00000000-0000-7000-8000-000000000001"


def dentist(clinic: Tiny) -> str:
    return clinic.add(
        "staff", "2024-01-01 09:00", user_id=new_id(), name="王医生", role_key="doctor", phone=phone(), branches=[clinic.branch],
        licence_no="110330100000001", status="active",
    )  # fmt: skip


def signed(clinic: Tiny) -> dict[str, object]:
    """Return a file as a record holds it."""
    name, body = papers()["contract"]
    with clinic.service.workspace.write(Cause("system")) as unit:
        made: dict[str, object] = files.add(unit, name, body).to_json()
    return made
