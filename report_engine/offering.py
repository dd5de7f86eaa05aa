"""What reports can be made of, for those who build them."""

from collections.abc import Mapping
from typing import Any

from engine.access.type_scope import PLACES, has_places
from report_engine.binding import placed
from report_engine.dataset import Fact
from report_engine.office import Office
from report_engine.sight import usable

Json = Mapping[str, Any]
UNGROUPED = frozenset({"rows", "files", "structured", "geo", "date_range", "time_range"})


def offered(one: Fact, office: Office) -> dict[str, Any]:
    dimensions = [
        {
            "key": key,
            "name": field.label or {"zh": key, "en": key},
            "type": field.value_type,
            "to": field.config.get("to"),
        }
        for key, field in one.shape.fields.items()
        if field.value_type not in UNGROUPED and not field.sensitive and usable(office, [one], key)
    ]
    dimensions += [
        {
            "key": f"{key}{step}",
            "name": placed(field.label or {"zh": key, "en": key}, step),
            "type": "text",
            "to": None,
        }
        for key, field in one.shape.fields.items()
        if has_places(field) and usable(office, [one], f"{key}{PLACES[0]}")
        for step in PLACES
    ]
    roles = [{"key": role, "path": path} for role, path in one.roles.items() if usable(office, [one], role)]
    prefix = f"{one.key}."
    measures = [
        {
            "key": f"{prefix}{key}", "name": given.get("name") or {"zh": key, "en": key},
            "format": given.get("format"), "good": given.get("good"), "synonyms": given.get("synonyms", []),
        }
        for key, given in one.measures.items()
    ]  # fmt: skip
    return {
        "key": one.key,
        "name": one.name,
        "form": one.form.key,
        "date": one.date,
        "dimensions": dimensions,
        "roles": roles,
        "measures": measures,
    }


__all__ = ["offered"]
