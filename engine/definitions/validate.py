"""Schema checks whose findings read like sentences."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from engine.problems import Problem
from engine.schema import Schema


class Checker:
    """Checks values against one schema: quickly when they are right, in sentences when they are not.

    jsonschema-rs answers for the many values without fault; what it doubts, jsonschema explains.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._quick = jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Yield every problem of `value`, which stands at `path`."""
        if not self._quick.is_valid(value):
            # Loaded at the first doubt: sound definitions start a server without it.
            from engine.definitions.explaining import explain

            yield from explain(self.schema, value, path)
