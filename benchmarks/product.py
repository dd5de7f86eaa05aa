"""The product as a server for measurements: `python -m benchmarks.product`, settings from the environment."""

import gc
import os

from engine.building import building


def main() -> None:
    """Serve the installation of CLINICRAFT_HOME and DATABASE_URL on PORT."""
    with building():  # as the console script does
        import uvicorn

        from server.app import create_app
        from server.clinics import House
        from server.settings import Settings
    gc.freeze()
    house = House(Settings())
    uvicorn.run(create_app(house), port=int(os.environ["PORT"]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
