"""What a value type is: how a value is read, stored, compared, written and typed in formulas."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import ExprType, Range
from engine.registry import Registry

Config = Mapping[str, Any]
Reader = Callable[[Any], Any]
"""Turns one raw value of the database driver (never None) into a Python or JSON value."""


class ValueType:
    """One way to hold a value. Python values are immutable; `None` is blank everywhere.

    `config` is the field's own options that matter to storage: `{"scale": 2}`, `{"to": "customer"}`,
    `{"options": [...]}`. Storage, filters, aggregates and formulas know value types only, never controls.
    """

    kind: str
    zh: str
    en: str

    def parse(self, raw: Any, config: Config, path: str) -> Any:
        """Return the Python value of JSON `raw`; blank forms ("" and null) give None. Raise Rejected."""
        raise NotImplementedError

    def to_json(self, value: Any, config: Config) -> Any:
        """Return what the API carries for `value`; the inverse of `parse`."""
        return value

    def column(self, config: Config) -> TypeEngine[Any] | None:
        """Return the SQLAlchemy type of the column, the same meaning on both databases; None: no column."""
        raise NotImplementedError

    def expression_type(self, config: Config) -> ExprType:
        """Return the type that formulas see."""
        raise NotImplementedError

    def to_text(self, value: Any, config: Config) -> str:
        """Return the text form of import and export; `from_text` gives the same value back."""
        return str(value)

    def from_text(self, text: str, config: Config, path: str) -> Any:
        """Return the value of a text form, as people type it. Raise Rejected."""
        return self.parse(text, config, path)

    def reader(self, dialect: str, config: Config) -> Reader | None:
        """Return what turns a raw driver value of `dialect` ("sqlite", "postgresql") into the Python value.

        None: the driver's value is already right. For code that reads rows past SQLAlchemy's result machinery.
        """
        return None

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        """Return what turns a raw driver value straight into what the API carries; None: already right."""
        return None

    @property
    def aggregates(self) -> frozenset[str]:
        """Names of the aggregates that make sense: count, count_distinct, sum, avg, min, max."""
        return frozenset({"count", "count_distinct"})

    is_sortable: bool = True
    """Whether lists may sort by it."""


VALUE_TYPES: Registry[ValueType] = Registry(
    "engine.values", "VALUE_TYPE", {"zh": "值类型", "en": "value type"}
)

__all__ = ["VALUE_TYPES", "Config", "Range", "Reader", "ValueType"]
