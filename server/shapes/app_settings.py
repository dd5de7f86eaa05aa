"""Shapes of the settings of the app over HTTP."""

from typing import NotRequired

from typing_extensions import TypedDict


class LastChange(TypedDict):
    """Who changed them last, and when."""

    by_name: str
    at: str


class AppSettings(TypedDict):
    """`fiscal_year`: the month in which the clinic's own year starts; `default_fiscal_year`: what the app says."""

    fiscal_year: int
    default_fiscal_year: int
    may_change: bool
    changed: LastChange | None
    version: int


class AppSettingsChange(TypedDict):
    """`version`: of the settings that were looked at; a change since then is a conflict."""

    fiscal_year: int
    version: NotRequired[int | None]
