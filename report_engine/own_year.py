"""The clinic's own year: the month that the app says its fiscal year starts in, unless the clinic has set another."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.store.platform import META
from engine.store.unit import Unit

KEY = "app_settings"


def kept(unit: Unit) -> Mapping[str, Any]:
    """Return what the clinic has set for its app, as it was kept; nothing where nobody has."""
    found = unit.connection.execute(select(META.c.value).where(META.c.key == KEY)).scalar()
    return json.loads(found) if found else {}


def year_starts(unit: Unit, default: int) -> int:
    """Return the month in which the clinic's fiscal year starts."""
    return int(kept(unit).get("fiscal_year", default))


__all__ = ["KEY", "kept", "year_starts"]
