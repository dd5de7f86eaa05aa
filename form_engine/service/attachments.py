"""Files given to a record: only those that exist and are the asker's to give, and as they are stored."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem, pointer
from engine.store.files import NO_FILE, FileStore, StoredFile, stored_files, unattachable
from engine.store.lengths import seconds_of
from form_engine.desk import Desk
from form_engine.plan import FormPlan

Json = Mapping[str, Any]


def as_stored(desk: Desk, plan: FormPlan, values: Any, stored: Json | None) -> tuple[Any, list[Problem]]:
    """Return the values given with each file's name, size and type as the house knows them; problems for strange files.

    What the browser says of a file decides nothing: else a field's limits on size and type could be talked round, and
    a file of somebody else be read by putting its id into a record of one's own.
    """
    places = dict(_places(plan, values))
    if not places:
        return values, []
    ids = {one["id"] for one in places.values()}
    refused = set(unattachable(desk.unit, ids, _held(plan, stored)))
    known = {one.file_id: one for one in stored_files(desk.unit, ids - refused)}
    problems = [
        NO_FILE.at(pointer("values", *path))
        for path, one in places.items()
        if one["id"] in refused or one["id"] not in known
    ]
    return (values, problems) if problems else (_replaced(desk, plan, values, known), [])


def _places(plan: FormPlan, values: Any, *before: str | int) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Yield path and file of everything in `values` that may be a file; what is not one is told by its field."""
    for one in plan.fields if isinstance(values, Mapping) else ():
        given = values.get(one.key)
        if not isinstance(given, list | tuple) or one.shape is None:
            continue
        for at, item in enumerate(given):
            if one.rows is not None:
                yield from _places(one.rows, item, *before, one.key, at)
            elif (
                one.shape.value_type == "files"
                and isinstance(item, Mapping)
                and isinstance(item.get("id"), str)
            ):
                yield (*before, one.key, at), item


def _held(plan: FormPlan, stored: Json | None) -> frozenset[str]:
    return frozenset(str(one["id"]) for _, one in _places(plan, stored))


def _replaced(desk: Desk, plan: FormPlan, values: Json, known: Mapping[str, StoredFile]) -> dict[str, Any]:
    made = dict(values)
    for one in plan.fields:
        given = values.get(one.key)
        if not isinstance(given, list | tuple) or one.shape is None:
            continue
        if one.rows is not None:
            rows = one.rows
            made[one.key] = [
                _replaced(desk, rows, row, known) if isinstance(row, Mapping) else row for row in given
            ]
        elif one.shape.value_type == "files":
            made[one.key] = [_as_known(desk, item, known, one.config) for item in given]
    return made


def _as_known(desk: Desk, item: Any, known: Mapping[str, StoredFile], config: Json) -> Any:
    found = known.get(item["id"]) if isinstance(item, Mapping) and isinstance(item.get("id"), str) else None
    if found is None:
        return item
    told = {key: value for key, value in item.items() if key not in _MEASURED}
    told.update(found.to_json())
    # Measured only where the field asks: a recording must be read from disk for it.
    if "min_px" in config and found.width is not None:
        told.update(width=found.width, height=found.height)
    if "max_seconds" in config:
        body = FileStore(desk.unit.workspace.files).path(found.sha256).read_bytes()
        seconds = seconds_of(body, found.mime)
        if seconds is not None:
            told["seconds"] = round(seconds, 1)
    return told


_MEASURED = ("width", "height", "seconds")
"""What is found in the file itself, whatever is said of it."""
