"""`clinicraft serve`: run the web server."""

from typing import Annotated

import typer

from server.clinics import House
from server.commands._house import Home, settings_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", help="Run the web server for every clinic of this installation.")(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Port to listen on; default 8000, 0 takes a free one"),
    ] = None,
    home: Home = None,
) -> None:
    """Serve until stopped."""
    run(House(settings_of(home, host=host, port=port)))


def run(house: House, say: str = "Clinicraft: {url}", open_browser: bool = False) -> None:
    """Serve the house; print the address once the socket is bound, and open the browser where there is one."""
    import os
    import webbrowser

    import uvicorn

    from server.app import create_app

    if house.settings.redis_url is not None:
        from server.worker import Hints  # only those who use it need have Celery installed

        house.hint = Hints(house.settings.redis_url, house.wake_here)
    config = uvicorn.Config(
        create_app(house),
        host=house.settings.host,
        port=house.settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
    )
    socket = config.bind_socket()
    url = f"http://{house.settings.host}:{socket.getsockname()[1]}"
    typer.echo(say.format(url=url))
    if open_browser and (os.environ.get("DISPLAY") or os.name == "nt" or os.uname().sysname == "Darwin"):
        webbrowser.open(url)
    uvicorn.Server(config).run(sockets=[socket])
