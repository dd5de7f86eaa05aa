"""Three-way merge of apps: what a template changed and what a clinic changed, both kept where they do not clash.

For each property: changed on one side only, take that; changed alike, fine; changed differently, a clash, and
ours stays until somebody chooses. Lists merge by key; a deletion against an edit is always a clash.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.definitions.app import App
from engine.definitions.lists import is_keyed, is_words
from engine.problems import pointer

Side = Literal["theirs", "ours"]


class _Absent:
    """Stands for a property or item that is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()
ORDER = "#order"


@dataclass(frozen=True, slots=True)
class Clash:
    """One place both sides changed differently. `None` where a side has nothing there.

    `path`: list items by key, e.g. `/forms/lead/fields/phone/label`; `…/fields#order` for two new orders.
    """

    path: str
    base: Any
    theirs: Any
    ours: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged app, and what it could not decide."""

    app: App
    conflicts: tuple[Clash, ...] = ()


@dataclass(slots=True)
class _Merging:
    choices: Mapping[str, Side]
    clashes: list[Clash] = field(default_factory=list)

    def clash(self, path: str, base: Any, theirs: Any, ours: Any) -> Any:
        """Return the chosen side; unchosen clashes are noted, and ours stays."""
        chosen = self.choices.get(path)
        if chosen is None:
            shown = [None if value is ABSENT else value for value in (base, theirs, ours)]
            self.clashes.append(Clash(path, *shown))
        if chosen == "theirs":
            return theirs
        # Nothing is lost unasked: an edit outlives the other side's deletion.
        return theirs if ours is ABSENT and chosen is None else ours

    def value(self, base: Any, theirs: Any, ours: Any, path: str) -> Any:
        """Return the merge of one value; ABSENT where it goes."""
        if _same(theirs, ours) or _same(base, theirs):
            return ours
        if _same(base, ours):
            return theirs
        if isinstance(theirs, Mapping) and isinstance(ours, Mapping) and isinstance(base, Mapping | _Absent):
            return self.mapping({} if isinstance(base, _Absent) else base, theirs, ours, path)
        lists = [[] if value is ABSENT else value for value in (base, theirs, ours)]
        if theirs is not ABSENT and ours is not ABSENT:
            if all(is_keyed(value) for value in lists) and any(lists):
                return self.keyed(lists[0], lists[1], lists[2], path)
            if all(is_words(value) for value in lists):
                return self.words(lists[0], lists[1], lists[2], path)
        return self.clash(path, base, theirs, ours)

    def mapping(
        self, base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any], path: str
    ) -> Any:
        """Return the merge of two objects, property by property."""
        merged = {}
        for name in dict.fromkeys([*ours, *theirs, *base]):
            sides = (side.get(name, ABSENT) for side in (base, theirs, ours))
            value = self.value(*_three(sides), path + pointer(name))
            if value is not ABSENT:
                merged[name] = value
        return merged

    def keyed(self, base: list[Any], theirs: list[Any], ours: list[Any], path: str) -> Any:
        """Return the merge of two lists of items with keys."""
        sides = [{item["key"]: item for item in side} for side in (base, theirs, ours)]
        kept: dict[str, Any] = {}
        for key in dict.fromkeys([*sides[0], *sides[1], *sides[2]]):
            value = self.value(*_three(side.get(key, ABSENT) for side in sides), path + pointer(key))
            if value is not ABSENT:
                kept[key] = value
        order = self.order([list(side) for side in sides], kept, path)
        return [kept[key] for key in order]

    def words(self, base: list[str], theirs: list[str], ours: list[str], path: str) -> Any:
        """Return the merge of two lists of words: each side's additions and removals."""
        kept = {
            word: word
            for word in dict.fromkeys([*base, *theirs, *ours])
            if (word in theirs and word in ours) or (word not in base)
        }
        return self.order([base, theirs, ours], kept, path)

    def order(self, sides: Sequence[Sequence[str]], kept: Mapping[str, Any], path: str) -> list[str]:
        """Return the order of the kept keys: the side's that changed it, with both sides' additions in place."""
        base, theirs, ours = sides
        common = [key for key in base if key in kept and key in theirs and key in ours]
        their_order = [key for key in theirs if key in common]
        our_order = [key for key in ours if key in common]
        settled = self.value_order(common, their_order, our_order, path)
        return _woven(settled, theirs, ours, kept)

    def value_order(self, base: list[str], theirs: list[str], ours: list[str], path: str) -> list[str]:
        """Return the order of the keys that all three have."""
        if theirs in (ours, base):
            return ours
        if ours == base:
            return theirs
        chosen: list[str] = self.clash(path + ORDER, base, theirs, ours)
        return chosen


def _woven(
    settled: list[str], theirs: Sequence[str], ours: Sequence[str], kept: Mapping[str, Any]
) -> list[str]:
    # Keys not settled yet follow the settled key they follow on their own side. Both sides' runs behind one key
    # are put in an order that does not depend on which side is which.
    runs: dict[str | None, list[tuple[str, ...]]] = {}
    for side in sorted([tuple(theirs), tuple(ours)]):
        anchor: str | None = None
        run: list[str] = []
        for key in [*side, None]:
            if key is None or key in settled:
                if run:
                    runs.setdefault(anchor, []).append(tuple(run))
                anchor, run = key, []
            elif key in kept:
                run.append(key)
    placed: dict[str, None] = {}
    for place in [None, *settled]:
        if place is not None:
            placed[place] = None
        for one in sorted(runs.get(place, [])):
            placed.update(dict.fromkeys(one))
    return list(placed)


def merge(base: App, theirs: App, ours: App, choices: Mapping[str, Side] | None = None) -> Merge:
    """Return the app that has the changes of both since `base`, and the clashes.

    `choices` settles clashes by path: "theirs" or "ours".
    """
    merging = _Merging(choices or {})
    manifest = merging.mapping(base.manifest, theirs.manifest, ours.manifest, "/app")
    objects: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys([*ours.objects, *theirs.objects, *base.objects]):
        objects[kind] = merging.mapping(base.of(kind), theirs.of(kind), ours.of(kind), pointer(kind))
    modules = merging.words(list(base.modules), list(theirs.modules), list(ours.modules), "/modules")
    words = merging.mapping(base.words, theirs.words, ours.words, "/words")
    return Merge(App(manifest, objects, tuple(modules), words), tuple(merging.clashes))


def _three(sides: Iterable[Any]) -> tuple[Any, Any, Any]:
    base, theirs, ours = sides
    return base, theirs, ours


def _same(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    # True and 1 are equal to Python and different to a reader of JSON.
    return bool(one == other) and _kind(one) is _kind(other)


def _kind(value: Any) -> Hashable:
    return bool if isinstance(value, bool) else None
