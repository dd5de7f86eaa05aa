"""Opening the house for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from server.clinics import House
from server.settings import Settings

Home = Annotated[Path | None, typer.Option(help="Folder of data and keys; default: data, or CLINICRAFT_HOME")]
Workspace = Annotated[
    str, typer.Option(help="Key of the clinic's workspace; may be left out when there is only one")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, for machines")]


def settings_of(home: Path | None, **more: object) -> Settings:
    """Return the settings with what was said on the command line."""
    given = {key: value for key, value in {"home": home, **more}.items() if value is not None}
    return Settings().model_copy(update=given)


@contextmanager
def open_house(home: Path | None) -> Iterator[House]:
    """Open the house and close it again."""
    house = House(settings_of(home))
    try:
        yield house
    finally:
        house.close()
