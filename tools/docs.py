"""Write the reference pages that come from the code: problems, controls, functions, command line."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from engine.problems import CODES

DOCS = Path(__file__).resolve().parent.parent / "docs"
PACKAGES = ("engine", "form_engine", "flow_engine", "report_engine", "connectors", "server")


def main() -> None:
    """Write every page; `pages()` is what the test compares."""
    for name, text in pages().items():
        (DOCS / name).write_text(text)


def pages() -> dict[str, str]:
    """Return file name → text of each generated page."""
    _import_everything()
    return {"problems.md": _problems(), "controls.md": _controls(), "functions.md": _functions()}


def _import_everything() -> None:
    for package in PACKAGES:
        module = importlib.import_module(package)
        for info in pkgutil.walk_packages(module.__path__, package + "."):
            importlib.import_module(info.name)


def _problems() -> str:
    return "\n".join(_problem_lines()) + "\n"


def _problem_lines() -> Iterator[str]:
    yield "# Problems"
    yield ""
    yield "Every problem the product can report, by its stable code. Written by `make docs`."
    for code in sorted(CODES):
        words = CODES[code]
        yield ""
        yield f"## {code}"
        yield ""
        yield f"{words.zh}  "
        yield f"{words.en}"
        if words.hint_zh or words.hint_en:
            yield ""
            yield f"{words.hint_zh}  "
            yield f"{words.hint_en}"


def _controls() -> str:
    from form_engine.control import CONTROLS

    lines = ["# Controls", "", "Every control a form can use. Written by `make docs`.", ""]
    lines += ["| kind | 中文 | English | value type | settings |", "|---|---|---|---|---|"]
    for control in CONTROLS:
        settings = ", ".join(f"`{name}`" for name in control.config_schema.get("properties", {}))
        lines.append(
            f"| `{control.kind}` | {control.zh} | {control.en} | {control.value_type or '–'} | {settings or '–'} |"
        )
    return "\n".join(lines) + "\n"


def _functions() -> str:
    from engine.expressions import FUNCTIONS

    families: dict[str, list[str]] = {}
    for function in FUNCTIONS:
        example, result = function.example.replace("|", "\\|"), str(function.result).replace("|", "\\|")
        row = (
            f"| `{function.name}` | {function.alias} | `{function.signature}` | {function.zh} | {function.en} "
            f"| `{example}` | `{result}` | {'✓' if function.is_sql else ''} |"
        )
        families.setdefault(_family(function.name), []).append(row)
    lines = [
        "# Functions",
        "",
        "Every function of the formula language, with an example that is run as a test. Written by `make docs`.",
    ]
    for family, rows in sorted(families.items()):
        lines += [
            "",
            f"## {family}",
            "",
            "| function | 别名 | signature | 说明 | help | example | result | SQL |",
        ]
        lines += ["|---|---|---|---|---|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _family(name: str) -> str:
    from engine.expressions import functions

    for info in pkgutil.iter_modules(functions.__path__, functions.__name__ + "."):
        offered = getattr(importlib.import_module(info.name), "FUNCTIONS", ())
        if any(one.name == name for one in offered):
            return info.name.rsplit(".", 1)[-1]
    raise LookupError(name)


if __name__ == "__main__":
    main()
