"""Row rules: which records of a form a verb reaches, as words (own, team, branch, region) and formulas."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.access.levels import Condition

SCOPES = ("own", "team", "branch", "region", "all", "none")
"""From narrow to wide, apart from none; the words that stand for a row scope in a role."""


@dataclass(frozen=True, slots=True)
class Source:
    """One role's say: a scope word or a formula."""

    role: str
    word: str | None = None
    condition: Condition | None = None

    @property
    def text(self) -> str:
        return self.word or (self.condition.text if self.condition else "none")


@dataclass(frozen=True)
class RowRule:
    """A record is reached when any source reaches it, and every rule in `within` does as well."""

    sources: tuple[Source, ...] = ()
    within: tuple["RowRule", ...] = ()
    words: frozenset[str] = field(init=False)
    conditions: tuple[Condition, ...] = field(init=False)
    is_all: bool = field(init=False, compare=False)
    """Every record, without looking at it."""
    is_none: bool = field(init=False, compare=False)
    """No record at all."""

    def __post_init__(self) -> None:
        words = frozenset(s.word for s in self.sources if s.word)
        conditions = tuple(dict.fromkeys(s.condition for s in self.sources if s.condition is not None))
        own = bool(words - {"none"}) or bool(conditions)
        told = {
            "words": words,
            "conditions": conditions,
            "is_all": "all" in words and all(rule.is_all for rule in self.within),
            "is_none": not own or any(rule.is_none for rule in self.within),
        }
        for key, value in told.items():
            object.__setattr__(self, key, value)

    def narrowed(self, by: "RowRule") -> "RowRule":
        """Return the records that both reach."""
        if by.is_all or by.alternatives() == self.alternatives():
            return self
        return RowRule(self.sources, (*self.within, by))

    def alternatives(self) -> tuple[frozenset[str], tuple[Condition, ...]]:
        return self.words, self.conditions

    def all_conditions(self) -> Iterable[Condition]:
        yield from self.conditions
        for rule in self.within:
            yield from rule.all_conditions()


EVERY = RowRule((Source("system", "all"),))
NO_ROW = RowRule()


def union(rules: Iterable[RowRule]) -> RowRule:
    """Return what any of the rules reaches. Only for rules without `within`."""
    return RowRule(tuple(dict.fromkeys(s for rule in rules for s in rule.sources)))
