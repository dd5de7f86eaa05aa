"""Money (金额): yuan and fen, in the workspace's currency."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._numbers import Number, span
from form_engine.controls._settings import flag

CONTROL = Number(
    kind="money",
    swift=_swift.amount,
    zh="金额",
    en="Money",
    value_type="money",
    icon="money",
    config_schema=closed(**span(), words_on_print=flag("打印大写金额", "Amount in words on print")),
    sample={"config": {"min": 0}, "valid": ["120.00", "0"], "invalid": ["-0.01", "一百"]},
)
