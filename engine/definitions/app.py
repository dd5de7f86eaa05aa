"""App: a complete definition, put together from modules, own objects and overlays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.text import Words

Objects = Mapping[str, Mapping[str, dict[str, Any]]]
"""Objects by kind and key: `objects["forms"]["lead"]`."""


@dataclass(frozen=True)
class App:
    """One app. `manifest` is its `app.json` without overlays; `objects` are complete and merged.

    `modules` are those switched on; forms of the others are kept, marked `"off": true`, so that a module
    can be switched on later without loss.
    """

    manifest: Mapping[str, Any]
    objects: Objects
    modules: tuple[str, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    """What the app calls things: `{"customer": {"zh": "患者", "en": "Patient"}}`."""

    @property
    def key(self) -> str:
        return str(self.manifest.get("key", ""))

    @property
    def name(self) -> Words:
        name = self.manifest.get("name", {})
        return name if isinstance(name, Mapping) else {}

    @property
    def version(self) -> str:
        return str(self.manifest.get("version", ""))

    def of(self, kind: str) -> Mapping[str, dict[str, Any]]:
        """Return the objects of one kind by key, e.g. all `forms`."""
        return self.objects.get(kind, {})

    def each(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield (kind, key, object) for every object."""
        for kind, found in self.objects.items():
            for key, one in found.items():
                yield kind, key, one

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON that `from_json` reads back, as a version keeps it."""
        return {
            "manifest": dict(self.manifest),
            "objects": {kind: dict(found) for kind, found in self.objects.items()},
            "modules": list(self.modules),
            "words": {key: dict(words) for key, words in self.words.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "App":
        """Return the app that `to_json` wrote."""
        return cls(data["manifest"], data["objects"], tuple(data.get("modules", ())), data.get("words", {}))
