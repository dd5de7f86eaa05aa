"""Patient number (病历号): given in sequence, or typed when taken over from an older system."""

from engine.schema import closed
from form_engine.controls._numbering import NUMBERING, AutoNumber

CONTROL = AutoNumber(
    kind="patient_no",
    zh="病历号",
    en="Patient no.",
    group="identity",
    icon="idcard",
    config_schema=closed(**NUMBERING),
    sample={
        "config": {"pattern": "{BRANCH}-{YY}-{SEQ:6}"},
        "valid": ["BR01-26-000123"],
        "invalid": ["a b", "长" * 61],
    },
)
