"""What is left to check of an app whose files break their schemas in places: everything else.

Broken items of lists are emptied, not removed, so that paths of the others stay true.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.definitions.app import App
from engine.problems import Problem

_KEYED = ("fields", "rules", "layout", "views", "unique")
Broken = Mapping[str, frozenset[str] | None]


def without_broken(app: App, problems: Iterable[Problem]) -> tuple[App, Broken]:
    """Return the app without what `problems` are about, and by form the keys of fields left out.

    None stands for a form of which nothing can be said; it is kept as it is.
    """
    parts: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for problem in problems:
        kind, key, *rest = [*problem.path.split("/")[1:], "", ""][: max(2, problem.path.count("/"))]
        parts.setdefault((kind, key), set()).add(tuple(rest[:2]))
    if not parts:
        return app, {}
    objects: dict[str, dict[str, dict[str, Any]]] = {}
    broken: dict[str, frozenset[str] | None] = {}
    for kind, key, one in app.each():
        found = parts.get((kind, key))
        kept = objects.setdefault(kind, {})
        if found is None:
            kept[key] = one
        elif kind == "forms":
            kept[key], broken[key] = _form_without(one, found)
    return App(app.manifest, objects, app.modules, app.words), broken


def _form_without(
    form: dict[str, Any], parts: set[tuple[str, ...]]
) -> tuple[dict[str, Any], frozenset[str] | None]:
    if () in parts or ("fields",) in parts:
        return form, None
    kept, keys = dict(form), set()
    for name, *place in sorted(parts):
        items = kept.get(name)
        if name not in _KEYED or not (place and place[0].isdigit() and isinstance(items, list)):
            kept.pop(name, None)
            continue
        index = int(place[0])
        item = items[index]
        if name == "fields" and isinstance(item, Mapping) and isinstance(item.get("key"), str):
            keys.add(item["key"])
        kept[name] = [{} if at == index else one for at, one in enumerate(items)]
    return kept, frozenset(keys)
