"""Kinds are found by being there: every module of a package that holds one named constant."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Generic, Protocol, TypeVar

from engine.problems import Code, Problem, Rejected
from engine.text import nearest

UNKNOWN_KIND = Code(
    "registry.unknown_kind",
    zh="没有名为“{kind}”的{what}",
    en="There is no {what} called “{kind}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)


class Kind(Protocol):
    """Anything registered has a `kind`, its name in definitions."""

    @property
    def kind(self) -> str: ...


K = TypeVar("K", bound=Kind)


class Registry(Generic[K]):
    """The kinds of one package, e.g. all controls; read once, at first use, in order of `kind`.

    `constant` names what each module offers: one kind, or a tuple of kinds for a family file.
    """

    def __init__(self, package: str, constant: str, what: Mapping[str, str]) -> None:
        self._package = package
        self._constant = constant
        self._what = what
        self._kinds: dict[str, K] | None = None

    def all(self) -> Mapping[str, K]:
        """Return every kind by name."""
        if self._kinds is None:
            self._kinds = dict(sorted(self._found()))
        return self._kinds

    def get(self, kind: str, path: str = "") -> K:
        """Return the kind, or raise Rejected with the nearest names."""
        kinds = self._kinds
        found = None if kinds is None else kinds.get(kind)
        if found is None:
            found = self.all().get(kind)
            if found is None:
                raise Rejected(self.unknown(kind, path))
        return found

    def unknown(self, kind: str, path: str) -> Problem:
        """Return the problem that says `kind` does not exist."""
        close = ", ".join(nearest(kind, self.all())) or "–"
        return UNKNOWN_KIND.at(path, kind=kind, what=self._what, nearest=close)

    def __contains__(self, kind: object) -> bool:
        return kind in self.all()

    def __iter__(self) -> Iterator[K]:
        return iter(self.all().values())

    def _found(self) -> Iterator[tuple[str, K]]:
        package = importlib.import_module(self._package)
        seen: dict[str, str] = {}
        for module in _modules(package):
            offered = getattr(module, self._constant, ())
            for one in offered if isinstance(offered, tuple) else (offered,):
                if one.kind in seen:
                    raise ValueError(f"{one.kind} is offered by {seen[one.kind]} and {module.__name__}")
                seen[one.kind] = module.__name__
                yield one.kind, one


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not info.name.rsplit(".", 1)[-1].startswith("_"):
            yield importlib.import_module(info.name)
