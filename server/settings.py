"""Settings, from the environment (prefix CLINICRAFT_, and DATABASE_URL) or the command line."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things are and how the server behaves. Secrets are never settings: they are made at first start."""

    model_config = SettingsConfigDict(env_prefix="CLINICRAFT_", extra="ignore", populate_by_name=True)

    home: Path = Field(default=Path("data"), description="Folder of databases (embedded), files and keys")
    database_url: str | None = Field(
        default=None,
        alias="DATABASE_URL",
        description="PostgreSQL server, e.g. postgresql://user@host/clinicraft; empty: embedded SQLite",
    )
    redis_url: str | None = Field(
        default=None,
        alias="REDIS_URL",
        description="Redis that carries hints to worker processes (`clinicraft worker`); empty: work is done by the server itself",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8000, description="Port to listen on; 0 takes a free one")
    public_url: str = Field(
        default="",
        description="Address by which people outside reach this server, e.g. https://clinic.example; links in messages need it",
    )
    practice: bool = Field(default=False, description="Practice mode: demo sign-ins are offered")
    secure_cookies: bool = Field(default=False, description="Set when served over https")
    threads: int = Field(
        default=16, description="Requests worked on at once; the connection pool has the same size"
    )
    sign_in_per_minute: int = Field(default=20, description="Sign-in attempts a minute and address")
