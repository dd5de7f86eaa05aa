"""Formula (公式): worked out from other fields of the record."""

from engine.schema import closed
from form_engine.controls._computed import Computed, showing
from form_engine.controls._settings import expression, line

CONTROL = Computed(
    kind="formula",
    zh="公式",
    en="Formula",
    icon="function",
    config_schema=closed(
        ("formula",), formula=expression("公式", "Formula"), **showing(), unit=line("单位", "Unit")
    ),
    sample={"config": {"formula": "{qty} * {price}", "format": "money"}},
)
