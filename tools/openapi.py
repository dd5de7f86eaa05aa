"""Write docs/openapi.json and the browser's types made from it."""

import json
from pathlib import Path

from server.app import VERSION, routers
from server.openapi import document
from tools.typescript import types

ROOT = Path(__file__).resolve().parent.parent
OPENAPI = "docs/openapi.json"
TYPES = "designer_ui/src/api/schema.d.ts"


def files() -> dict[str, str]:
    """Return path → text of each generated file; what the test compares."""
    told = document(routers(), VERSION)
    return {OPENAPI: json.dumps(told, ensure_ascii=False, indent=1) + "\n", TYPES: types(told)}


def main() -> None:
    """Write both files."""
    for name, text in files().items():
        (ROOT / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
