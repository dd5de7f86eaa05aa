"""Credit (归因): which touch of a record a number counts for: the first, the last before it paid, or all in equal parts.

The record itself is its first touch; records of another form that lead to it (`by`) are the later ones, up to `until`.
The dimensions named in `to` go by the touch; everything else stays the record's, so each model adds up to the same total.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Problem
from engine.text import nearest
from report_engine.dataset import Datasets, Fact
from report_engine.problems import BAD_CREDIT, UNKNOWN_FACT, UNKNOWN_FIELD

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Credit:
    """How one measure is credited: the form of touches, its link to the record, the roles that follow the touch."""

    model: str
    touches: str
    by: str
    to: tuple[str, ...]
    until: str | None
    path: str

    @classmethod
    def read(cls, given: Json, path: str) -> "Credit":
        """Return what an author wrote under `attribute`."""
        to = tuple(str(one) for one in given["to"])
        until = str(given["until"]) if given.get("until") else None
        return cls(str(given["model"]), str(given["touches"]), str(given["by"]), to, until, path)

    @property
    def identity(self) -> tuple[Any, ...]:
        return self.model, self.touches, self.by, self.to, self.until

    def moved(self, fact: Fact, touch: Fact, path: str) -> str | None:
        """Return where a touch keeps what the record has at a path; None where it stays the record's."""
        for role in self.to:
            own, other = fact.roles.get(role), touch.roles.get(role)
            if own and other and (path == own or path.startswith(f"{own}.")):
                return f"{other}{path[len(own) :]}"
        return None

    def problems(self, fact: Fact, aggregate: str, data: Datasets) -> Iterator[Problem]:
        """Yield what is wrong with it for a measure of `fact`."""
        touch = data.facts.get(self.touches)
        if touch is None:
            close = ", ".join(nearest(self.touches, data.facts)) or "–"
            yield UNKNOWN_FACT.at(f"{self.path}/touches", name=self.touches, nearest=close)
            return
        asked = [(touch, self.by, "by"), *([(fact, self.until, "until")] if self.until else [])]
        for owner, path, name in asked:
            if data.walk(owner, path) is None:
                close = ", ".join(nearest(path, owner.shape.fields)) or "–"
                yield UNKNOWN_FIELD.at(f"{self.path}/{name}", fact=owner.name, name=path, nearest=close)
        for place, role in enumerate(self.to):
            for owner in (fact, touch):
                if role not in owner.roles:
                    close = ", ".join(nearest(role, owner.roles)) or "–"
                    yield UNKNOWN_FIELD.at(
                        f"{self.path}/to/{place}", fact=owner.name, name=role, nearest=close
                    )
        fits = aggregate == "sum" or (aggregate == "count" and self.model != "linear")
        if not fits or fact.rows is not None or touch.rows is not None:
            yield BAD_CREDIT.at(self.path)
