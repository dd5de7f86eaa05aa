"""After a key was rotated: seal every sensitive value anew, in small transactions that can stop and go on."""

from collections.abc import Callable

from sqlalchemy import select

from engine.definitions.tables import FormTables, Tables
from engine.store.unit import Cause
from engine.store.workspaces import Workspace

PORTION = 500


def reencrypt(
    workspace: Workspace, tables: Tables, cause: Cause, progress: Callable[[int], None] = lambda _rows: None
) -> int:
    """Renew what older keys sealed; return how many rows were. Run it again after a crash: it does what is left.

    Histories keep what they were written with; old keys stay in the key file to read them.
    """
    renewed = 0
    for form in tables.values():
        for one in _with_children(form):
            sensitive = [f for f in one.shape.fields.values() if f.sensitive and f.key in one.table.c]
            after = ""
            while sensitive and (
                portion := _portion(workspace, one, [f.key for f in sensitive], after, cause)
            ):
                after = portion[0]
                renewed += portion[1]
                progress(renewed)
    return renewed


def _with_children(tables: FormTables) -> list[FormTables]:
    return [tables, *(one for child in tables.rows.values() for one in _with_children(child))]


def _portion(
    workspace: Workspace, tables: FormTables, keys: list[str], after: str, cause: Cause
) -> tuple[str, int] | None:
    """Renew one portion; return its last record id and how many rows were renewed, None at the end."""
    codec, table, renewed = workspace.codec(tables), tables.table, 0
    text = codec.statements.update(tuple(k for k in codec.order if k in keys), ("id",))
    with workspace.write(cause) as unit:
        query = select(table.c.id, *(table.c[k] for k in codec.order if k in keys)).where(table.c.id > after)
        query = query.order_by(table.c.id).limit(PORTION)
        if unit.is_postgres:
            query = query.with_for_update()
        rows = unit.connection.execute(query).all()
        order = [k for k in codec.order if k in keys]
        for record_id, *sealed in rows:
            if all(one is None or workspace.keys.is_current(one) for one in sealed):
                continue
            fields = [tables.shape.fields[k] for k in order]
            values = [codec.unseal(f, one, record_id) for f, one in zip(fields, sealed, strict=True)]
            anew = [codec.seal(f, value, record_id) for f, value in zip(fields, values, strict=True)]
            unit.cursor.execute(text, [*anew, record_id])
            renewed += 1
    return (rows[-1][0], renewed) if rows else None
