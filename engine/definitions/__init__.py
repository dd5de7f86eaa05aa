"""Definitions: JSON Schemas, loading, assembling, checking, comparing and keeping the parts of an app."""

from engine.definitions.analysis import Analysis, analyse, lint
from engine.definitions.app import App
from engine.definitions.assemble import assemble, load_modules, load_template
from engine.definitions.source import Source, load_folder, load_zip

__all__ = [
    "Analysis",
    "App",
    "Source",
    "analyse",
    "assemble",
    "lint",
    "load_folder",
    "load_modules",
    "load_template",
    "load_zip",
]
