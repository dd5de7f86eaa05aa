"""Where the program `clinicraft` begins."""

import gc

from engine.building import building


def main() -> None:
    """Load the command line and run it."""
    with building():
        from server import cli
    # Code stays until the end: no later look for garbage walks over it.
    gc.freeze()
    cli.main()
