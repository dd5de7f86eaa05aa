"""`clinicraft formula`: work out formulas, one at a time or a file of them, on any back end."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class BackEnd(StrEnum):
    """Where a formula is worked out."""

    PYTHON = "python"
    SQLITE = "sqlite"
    POSTGRES = "postgres"
    BROWSER = "browser"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "formula",
        help="Work out formulas, from a file (or - for standard input) with one JSON object a line.",
    )(formula)


def formula(
    text: Annotated[str | None, typer.Argument(help="A formula, e.g. 'ROUND(10/3, 2)'")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            help='File with lines {"formula": "...", "values": {...}, "types": {...}}; - reads standard input'
        ),
    ] = None,
    backend: Annotated[BackEnd, typer.Option(help="Where to work it out")] = BackEnd.PYTHON,
) -> None:
    """Print `{"value": ...}` or `{"error": {"code", "position"}}`, a line each, in the order given."""
    from server.formula_backends import run

    if (text is None) == (batch is None):
        raise typer.BadParameter("give either a formula or --batch FILE")
    for line in run(_lines(text, batch), backend.value):
        sys.stdout.write(line + "\n")


def _lines(text: str | None, batch: Path | None) -> Iterable[str]:
    if text is not None:
        import json

        return [json.dumps({"formula": text})]
    if str(batch) == "-":
        return sys.stdin
    assert batch is not None
    return batch.read_text(encoding="utf-8-sig", errors="replace").split("\n")
