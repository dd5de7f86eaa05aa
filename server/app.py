"""The web application: routes, guards, problems, the browser app."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request, Response

from server import routes
from server.clinics import House
from server.dispatch import Direct
from server.middleware import Guard
from server.openapi import document
from server.responses import answer, install_problem_handlers
from server.static_app import serve

VERSION = "0.1.0"


def routers() -> list[APIRouter]:
    """Return the router of every file in `routes`."""
    found = sorted(info.name for info in pkgutil.iter_modules(routes.__path__))
    return [importlib.import_module(f"{routes.__name__}.{name}").router for name in found]


def create_app(house: House) -> FastAPI:
    """Return the ASGI application of a house; its jobs run while it is served."""

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = house.settings.threads
        house.start_jobs()
        yield
        house.close()

    app = FastAPI(
        title="Clinicraft",
        version=VERSION,
        lifespan=running,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.house = house
    install_problem_handlers(app)
    known = routers()
    for router in known:
        app.include_router(router)

    @app.get("/api/openapi.json", include_in_schema=False)
    @cache
    def openapi() -> Response:
        return answer(document(known, VERSION))

    @app.get("/{path:path}", include_in_schema=False)
    def browser_app(request: Request, path: str) -> Response:
        return serve(request, path)

    # The last one added is the first one asked.
    app.add_middleware(Direct, routers=known, threads=house.settings.threads)
    app.add_middleware(Guard)
    return app
