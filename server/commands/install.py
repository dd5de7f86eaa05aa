"""`clinicraft install` and `clinicraft init`: bring an app into a workspace."""

from typing import Annotated

import typer

from server.commands._house import AsJson, Home, open_house


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "install", help="Install a template (or your own app folder) as a clinic, or bring it up to date."
    )(install)
    app.command("init", help="Set up a new clinic: install a template and make the first account.")(init)


def install(
    template: Annotated[str, typer.Argument(help="dental, or a folder with an app.json")],
    workspace: Annotated[
        str | None, typer.Option(help="Key of the workspace; default: the template's name")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="lite, standard or chain")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Print which version the workspace runs now."""
    from server.cli import print_json
    from server.installing import install as install_app
    from server.templates import template_folder

    with open_house(home) as house:
        folder = template_folder(template)
        clinic = install_app(house, workspace or folder.name, folder, profile=profile)
        told = {
            "workspace": clinic.key,
            "app": clinic.plan.key,
            "version": clinic.plan.version,
            "number": clinic.version_number,
        }
    if as_json:
        print_json(told)
    else:
        typer.echo(f"✓ {told['workspace']}: {told['app']} {told['version']} (#{told['number']})")


def init(
    template: Annotated[str, typer.Argument(help="dental, or a folder with an app.json")] = "dental",
    workspace: Annotated[
        str | None, typer.Option(help="Key of the workspace; default: the template's name")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the clinic")] = None,
    login: Annotated[str, typer.Option(help="Login of the first account")] = "admin",
    role: Annotated[str, typer.Option(help="Role of the first account")] = "group_admin",
    profile: Annotated[str | None, typer.Option(help="lite, standard or chain")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Print the first account's password, once."""
    from server.cli import print_json
    from server.installing import first_account
    from server.installing import install as install_app
    from server.templates import template_folder

    with open_house(home) as house:
        folder = template_folder(template)
        words = {"zh": name, "en": name} if name else None
        clinic = install_app(house, workspace or folder.name, folder, words, profile)
        password = first_account(house, clinic, login, role)
    if as_json:
        print_json({"workspace": clinic.key, "login": login, "password": password})
    elif password is None:
        typer.echo(f"✓ {clinic.key} is ready; it has accounts already")
    else:
        typer.echo(f"✓ {clinic.key} is ready. Sign in as {login} with the password {password} and change it.")
