"""What a profile leaves of an app: forms that are off stay, marked; whatever is about them is not offered any more."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Objects = dict[str, dict[str, dict[str, Any]]]
DROPPED = (
    "pages",
    "flows",
    "reports",
    "metrics",
    "dashboards",
    "segments",
    "messages",
    "prints",
    "sample",
)
"""Kinds of objects that go with their module."""
ABOUT = frozenset({"form", "fact"})
"""Properties of metrics and reports that name a form or a sub-table of one."""
NAMES = re.compile(r"\{([a-z][a-z0-9_]*)")


def trim(objects: Objects, origin: Mapping[str, str], off: set[str], unused: set[str]) -> None:
    """Take out what belongs to modules that are `off` and what is about their forms, or about single forms that are `unused`."""
    # Forms stay, marked: other forms link to them, and their data must survive.
    if not off and not unused:
        return
    gone = unused | {key for key in objects["forms"] if origin.get(f"forms/{key}") in off}
    for key in gone:
        objects["forms"][key]["off"] = True
    for kind in DROPPED:
        objects[kind] = {
            key: one for key, one in objects[kind].items() if origin.get(f"{kind}/{key}") not in off
        }
    _without_figures(objects, origin, gone)
    for page in objects["pages"].values():
        for part in ("tabs", "today", "numbers"):
            if isinstance(page.get(part), list):
                page[part] = [item for item in page[part] if not _shows(item, gone)]
    for form in objects["forms"].values():
        page = form.get("page", {})
        if isinstance(page, dict) and isinstance(page.get("tabs"), list):
            page["tabs"] = [_without(tab, gone) for tab in page["tabs"] if not _shows(tab, gone)]


def keep_levels(objects: Objects, levels: frozenset[str]) -> None:
    """Leave only the dashboards that are for one of these levels; those that say nothing are for all."""
    boards = objects["dashboards"]
    objects["dashboards"] = {
        key: one for key, one in boards.items() if not one.get("levels") or levels & set(one["levels"])
    }


def _without_figures(objects: Objects, origin: Mapping[str, str], gone: set[str]) -> None:
    """Take out metrics and reports about forms that are gone, cells that show them, and their names in lists."""
    metrics, reports = objects["metrics"], objects["reports"]
    missing = {place.partition("/")[2] for place in origin if place.startswith("metrics/")} - metrics.keys()
    while lost := {key for key, one in metrics.items() if _is_about(one, gone | missing)}:
        missing |= lost
        for key in lost:
            del metrics[key]
    forms = objects["forms"]
    objects["reports"] = {
        key: one
        for key, one in reports.items()
        if not _is_about(one, gone | missing) and not _goes_by(one, gone, forms)
    }
    for board in objects["dashboards"].values():
        if isinstance(board.get("cells"), list):
            board["cells"] = [
                cell
                for cell in board["cells"]
                if not _asks(cell, origin, objects["reports"]) and not _shows(cell, gone)
            ]
    for one in objects["lists"].values():
        known = objects.get(str(one.get("names")))
        if known is not None and isinstance(one.get("options"), list):
            left = [option for option in one["options"] if _key(option) in known]
            one["options"] = left or one["options"]


def _key(option: Any) -> Any:
    return option.get("key") if isinstance(option, Mapping) else None


def _is_about(one: Any, gone: set[str]) -> bool:
    """Tell whether a metric or report counts something that is gone: a form, its rows, or a metric that went before."""
    return any(name.partition(".")[0] in gone for name in _counted(one))


def _counted(value: Any) -> Iterator[str]:
    """Yield the forms and measures that a metric or report names."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            # Beside a form `of` is one of its fields.
            if isinstance(inner, str) and (name in ABOUT or (name == "of" and "form" not in value)):
                yield inner
            elif isinstance(inner, str) and name == "formula":
                yield from NAMES.findall(inner)
            elif name == "measures" and isinstance(inner, list):
                yield from (item for item in inner if isinstance(item, str))
            yield from _counted(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _counted(inner)


def _goes_by(report: Mapping[str, Any], gone: set[str], forms: Mapping[str, Any]) -> bool:
    """Tell whether a report's groups are records of a form that is gone."""
    for one in report.get("by") or ():
        path = one.get("field") if isinstance(one, Mapping) else one
        if isinstance(path, str) and _target(path.split("."), forms) in gone:
            return True
    return False


def _target(path: list[str], forms: Mapping[str, Any]) -> Any:
    """Return the form whose records stand at a path that begins with a form; None where it is something else."""
    here: Any = forms.get(path[0])
    top, found = here, None
    for key in path[1:]:
        if key == "form":
            here = top
            continue
        fields = here.get("fields") if isinstance(here, Mapping) else None
        found = next(
            (one for one in fields or () if isinstance(one, Mapping) and one.get("key") == key), None
        )
        if found is None:
            return None
        here = found if found.get("control") == "subtable" else forms.get(str(found.get("to")))
    return found.get("to") if found is not None else None


def _shows(item: Any, forms: set[str]) -> bool:
    return isinstance(item, Mapping) and item.get("form") in forms


def _asks(cell: Any, origin: Mapping[str, str], reports: Mapping[str, Any]) -> bool:
    """Tell whether a cell asks a report that is gone."""
    key = cell.get("report") if isinstance(cell, Mapping) else None
    return key is not None and key not in reports and f"reports/{key}" in origin


def _without(tab: Any, gone: set[str]) -> Any:
    if isinstance(tab, Mapping) and isinstance(tab.get("of"), list):
        return {**tab, "of": [form for form in tab["of"] if form not in gone]}
    return tab


__all__ = ["keep_levels", "trim"]
