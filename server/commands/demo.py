"""`clinicraft demo`: open a practice clinic with sample data."""

from datetime import date
from typing import Annotated, Any

import typer

from server.clinics import House
from server.commands._house import Home, settings_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help="Open a practice clinic with sample data, and serve it.")(demo)


def demo(
    template: Annotated[str, typer.Argument(help="Which template to open")] = "dental",
    scale: Annotated[
        float,
        typer.Option(
            min=0.001, max=10, help="Amount of sample data; 1.0 is a chain of six branches over two years"
        ),
    ] = 0.05,
    seed: Annotated[int, typer.Option(help="Another seed gives other people")] = 7,
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Port to listen on; default 8000, 0 takes a free one"),
    ] = None,
    home: Home = None,
    fresh: Annotated[bool, typer.Option(help="Throw the practice clinic away and make a new one")] = False,
    serve: Annotated[bool, typer.Option(help="Only set up, without serving")] = True,
    browser: Annotated[bool, typer.Option(help="Open the browser")] = True,
) -> None:
    """Set up on first use; later starts open what is there."""
    from server.commands.serve import run
    from server.practice import practice_clock

    settings = settings_of(home, host=host, port=port, practice=True)
    house = House(settings, practice_clock(settings.home))
    _prepare(house, template, scale, seed, fresh=fresh)
    if not serve:
        house.close()
        return
    run(house, "齐悦口腔练习诊所已打开 / The practice clinic is open: {url}", open_browser=browser)


def _prepare(house: House, template: str, scale: float, seed: int, *, fresh: bool) -> None:
    from server.templates import template_folder

    folder = template_folder(template)
    known = {info.key for info in house.installation.registry()}
    if folder.name in known and (fresh or _is_broken_off(house, folder.name)):
        house.installation.archive(folder.name)
        known.discard(folder.name)
    if folder.name in known and house.demo_logins(folder.name):
        return
    from rich.progress import Progress

    from server.demo.loading import load_demo
    from server.installing import install
    from server.practice import in_the_morning

    with Progress(transient=True) as progress:
        shown = progress.add_task("正在准备练习诊所 / Preparing the practice clinic", total=None)
        clinic = install(house, folder.name, folder, starter=False)
        if not known:
            in_the_morning(house, clinic.workspace.zone)

        def tell(form: str, done: int, total: int | None) -> None:
            progress.update(shown, description=f"{form} {done:,}", completed=done, total=total)

        load_demo(house, clinic, seed=seed, scale=scale, today=_today(clinic), tell=tell)


def _is_broken_off(house: House, key: str) -> bool:
    from server.demo.loading import is_broken_off

    return is_broken_off(house.installation.workspace(key))


def _today(clinic: Any) -> date:
    from engine.clock import business_day

    return business_day(clinic.workspace.clock.now(), clinic.workspace.zone)
