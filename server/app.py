"""The web application: routes, guards, problems, the browser app."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI, Request, Response

from server import routes
from server.clinics import House
from server.middleware import Guard
from server.responses import install_problem_handlers
from server.static_app import serve


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
        version="0.1.0",
        lifespan=running,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.house = house
    install_problem_handlers(app)
    for info in sorted(pkgutil.iter_modules(routes.__path__), key=lambda info: info.name):
        app.include_router(importlib.import_module(f"{routes.__name__}.{info.name}").router)

    @app.get("/{path:path}", include_in_schema=False)
    def browser_app(request: Request, path: str) -> Response:
        return serve(request, path)

    app.add_middleware(Guard)
    return app
