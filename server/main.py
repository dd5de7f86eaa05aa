"""Where the program `clinicraft` begins."""

from engine.building import building


def main() -> None:
    """Load the command line and run it."""
    with building():
        from server import cli
    cli.main()
