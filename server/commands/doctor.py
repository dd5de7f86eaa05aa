"""`clinicraft doctor`: look whether this installation is in order."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import typer

from server.clinics import House
from server.commands._house import AsJson, Home, open_house

FREE_GB = 1.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "doctor",
        help="Look whether this installation is in order: data, keys, disk, apps, browser app, audit chain.",
    )(doctor)


def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Exit with 1 where something needs attention."""
    from server.cli import print_json

    with open_house(home) as house:
        findings = list(_findings(house))
    for what, is_fine, told in findings:
        if as_json:
            print_json({"check": what, "ok": is_fine, "told": told})
        else:
            typer.echo(f"{'✓' if is_fine else '✗'} {what}: {told}")
    if not all(is_fine for _, is_fine, _ in findings):
        raise SystemExit(1)


def _findings(house: House) -> Iterator[tuple[str, bool, str]]:
    from report_engine.exporting.pages import fonts_of
    from server.static_app import browser_app

    home = Path(house.settings.home)
    free_gb = shutil.disk_usage(home).free / 1024**3
    yield "disk", free_gb > FREE_GB, f"{free_gb:.1f} GB free"
    keys = house.installation.keys_path
    mode = keys.stat().st_mode & 0o777
    yield "keys", mode == 0o600, f"{keys} {mode:o}" + ("" if mode == 0o600 else f" → chmod 600 {keys}")
    is_local = house.settings.host in ("127.0.0.1", "localhost", "::1")
    yield "address", is_local or house.settings.secure_cookies, house.settings.host
    yield "user", os.geteuid() != 0 or is_local, "root" if os.geteuid() == 0 else "not root"
    built = browser_app()
    yield "browser app", built is not None, str(built) if built else "not built → make setup"
    yield "database", True, "PostgreSQL" if house.settings.database_url else "SQLite"
    _, font = fonts_of(home / "fonts" if (home / "fonts").is_dir() else None)
    yield "fonts", font is not None, font or "no Chinese font: no PDF, no pictures → install fonts-noto-cjk"
    off = house.scripts.off_because
    # nothing to mend where no flow has a script
    yield "scripts", True, "the box holds" if off is None else off.message("en")
    for info in house.installation.registry():
        yield from _workspace(house, info.key)


def _workspace(house: House, key: str) -> Iterator[tuple[str, bool, str]]:
    from engine.audit import verify
    from engine.problems import Rejected

    try:
        clinic = house.clinic(key)
        plan = clinic.plan
    except Rejected as refused:
        yield f"{key}: app", False, refused.problems[0].message("en")
        return
    yield f"{key}: app", True, f"{plan.key} {plan.version}, {len(plan.forms)} forms"
    with clinic.workspace.read() as unit:
        verdict = verify(unit)
    yield (
        f"{key}: audit chain",
        verdict.is_whole,
        f"{verdict.checked} lines" if verdict.is_whole else f"broken at {verdict.broken_at}",
    )
