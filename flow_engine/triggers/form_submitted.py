"""A form was filled in and sent (表单提交): by staff, or by a visitor of a public form."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed, one_of
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import on

PEOPLE = {"inside": ("user",), "public": ("public",), "any": ("user", "public")}


class FormSubmitted(Trigger):
    """Starts for records that a person entered; imports, interfaces and flows do not count."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], "record.created")

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        return None if event.get("cause") in PEOPLE[config["where"]] else "other_cause"


TRIGGER = FormSubmitted(
    kind="form_submitted",
    zh="表单提交",
    en="Form submitted",
    config_schema=closed(("form",), form=KEY, where={**one_of("inside", "public", "any"), "default": "any"}),
    sample={"form": "lead", "where": "public"},
)
