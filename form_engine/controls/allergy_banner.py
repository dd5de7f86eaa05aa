"""Allergy banner (过敏警示): the patient's allergies, always in sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from form_engine.controls._computed import Computed
from form_engine.controls._settings import path_of


@dataclass(frozen=True)
class AllergyBanner(Computed):
    """A field of the patient, looked up live: nothing known is not the same as nothing read."""

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        filled = dict(super().settings(given))
        if "from" in filled:
            filled["path"] = filled["from"]
        return filled


CONTROL = AllergyBanner(
    kind="allergy_banner",
    zh="过敏警示",
    en="Allergy banner",
    group="clinic",
    icon="warning",
    config_schema=closed(
        ("from",),
        **{"from": path_of("过敏史字段", "Allergies field")},
    ),
    sample={"config": {"from": "customer_id.allergies"}},
)
