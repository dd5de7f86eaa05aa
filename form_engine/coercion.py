"""What a formula gives, as the value of the field that keeps it."""

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.problems import Rejected
from engine.value_type import ValueType


def as_field_value(value: Any, kind: ValueType, config: Any, zone: str) -> Any:
    """Return `value` as the value type keeps it; None where it cannot be one.

    Numbers are rounded half away from zero to what the field holds, a day becomes its first instant in the
    branch's zone and an instant its local day, anything becomes text.
    """
    if value is None:
        return None
    name = kind.kind
    try:
        return kind.parse(value if value.__class__ is _OWN.get(name) else _raw(value, name, zone), config, "")
    except Rejected:
        return None


_OWN = {
    "text": str,
    "choice": str,
    "boolean": bool,
    "decimal": Decimal,
    "money": Decimal,
    "date": date,
    "datetime": datetime,
}
"""Value types that take what a formula gives as it is, by the class it then is of."""


def _raw(value: Any, kind: str, zone: str) -> Any:
    if isinstance(value, bool):
        return value if kind == "boolean" else ("TRUE" if value else "FALSE")
    if isinstance(value, Decimal):
        if kind == "integer":
            return int(value.to_integral_value(ROUND_HALF_UP))
        return f"{value:f}" if kind in ("text", "choice") else value
    if isinstance(value, datetime):
        if kind == "date":
            return value.astimezone(ZoneInfo(zone)).date().isoformat()
        return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if kind == "text" else value
    if isinstance(value, date):
        if kind == "datetime":
            return datetime.combine(value, time(), ZoneInfo(zone))
        return value if kind == "date" else value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes") if not value.second else value.isoformat()
    if isinstance(value, tuple | list):
        return [_raw(one, "text", zone) for one in value]
    if isinstance(value, int):
        return str(value) if kind in ("text", "choice") else value
    return value
