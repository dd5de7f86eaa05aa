"""Allergy banner (过敏警示): the patient's allergies, always in sight."""

from engine.schema import closed
from form_engine.controls._settings import path_of
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="allergy_banner",
    zh="过敏警示",
    en="Allergy banner",
    group="clinic",
    icon="warning",
    config_schema=closed(
        ("from",),
        **{"from": path_of("过敏史字段", "Allergies field")},
        conditions=path_of("系统病史字段", "Conditions field"),
    ),
    sample={"config": {"from": "customer_id.allergies"}},
)
