"""Amount in words (大写金额): an amount written in capital figures."""

from engine.schema import closed
from form_engine.control import Control
from form_engine.controls._settings import key_of

CONTROL = Control(
    kind="amount_words",
    zh="大写金额",
    en="Amount in words",
    group="computed",
    role="virtual",
    operators="-",
    icon="money",
    config_schema=closed(("field",), field=key_of("金额字段", "Amount field", "field")),
    sample={"config": {"field": "paid"}},
)
