"""A record given as Python values, as formulas see it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.actor import Actor
from engine.definitions.shape import FormShape

Follow = Callable[[str, Any, tuple[str, ...]], Any]
"""(form, record id, path) → the value there; None where there is none."""


class RecordContext:
    """What a condition is evaluated against; `follow` reads through links."""

    def __init__(
        self,
        form: FormShape,
        values: Mapping[str, Any],
        actor: Actor,
        now: datetime,
        follow: Follow | None = None,
    ) -> None:
        self._form, self._values, self._follow = form, values, follow
        self.actor, self.now, self.zone = actor.facts, now, actor.zone
        self.record: Mapping[str, Any] = {"own_by": form.own_by}
        self.data = None

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def value(self, path: tuple[str, ...]) -> Any:
        """Return the value at `path`: of the record, of its sub-table rows (a list), or behind a link."""
        key, rest = path[0], path[1:]
        found = self._values.get(key)
        if not rest:
            return found
        field = self._form.field(key)
        if field is None or found is None:
            return None
        if field.rows is not None:
            inner = [RecordContext(field.rows, row, _ASKER, self.now, self._follow) for row in found]
            for one in inner:
                one.actor, one.zone = self.actor, self.zone
            return [one.value(rest) for one in inner]
        target = str(field.config.get("to"))
        if self._follow is None:
            return None
        if isinstance(found, tuple | list):
            return [self._follow(target, one, rest) for one in found]
        return self._follow(target, found, rest)


_ASKER = Actor("", "")
