"""`clinicraft worker`: a process that does what flows and jobs have to do, beside the web server."""

import importlib.util
from typing import Annotated

import typer

from engine.problems import Code, Rejected
from server.clinics import House
from server.commands._house import Home, settings_of

NO_REDIS = Code(
    "worker.no_redis",
    zh="没有设置 REDIS_URL",
    en="REDIS_URL is not set",
    hint_zh="例如 REDIS_URL=redis://localhost:6379/0；不设置时，后台工作由 clinicraft serve 自己完成",
    hint_en="For example REDIS_URL=redis://localhost:6379/0; without it clinicraft serve does the background work itself",
)
NO_DATABASE = Code(
    "worker.no_database",
    zh="多个进程需要 PostgreSQL：没有设置 DATABASE_URL",
    en="Several processes need PostgreSQL: DATABASE_URL is not set",
    hint_zh="内嵌数据库只供一个进程使用，后台工作由 clinicraft serve 自己完成",
    hint_en="The embedded database is for one process; clinicraft serve does the background work itself",
)
NO_CELERY = Code(
    "worker.no_celery",
    zh="没有安装 Celery",
    en="Celery is not installed",
    hint_zh='运行 pip install "clinicraft[queue]"',
    hint_en='Run pip install "clinicraft[queue]"',
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker", help="Run a worker beside the web server (needs DATABASE_URL and REDIS_URL).")(
        worker
    )


def worker(
    concurrency: Annotated[int, typer.Option(help="Threads that work at once", min=1, max=64)] = 4,
    home: Home = None,
) -> None:
    """Work until stopped."""
    settings = settings_of(home)
    if settings.redis_url is None:
        raise Rejected(NO_REDIS.at(""))
    if settings.database_url is None:
        raise Rejected(NO_DATABASE.at(""))
    if importlib.util.find_spec("celery") is None:
        raise Rejected(NO_CELERY.at(""))
    from server.worker import run_worker  # only those who use it need have it installed

    run_worker(House(settings), settings.redis_url, concurrency)
