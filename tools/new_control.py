"""Start a new control: `make new-control name=demo` writes the Python file and its browser twin, and touches nothing else.

The two files are a working control (a short code of capital letters) that passes the contract tests as it
stands; change them from there.
"""

import argparse
import re
import sys
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")

PYTHON = '''"""{title}: describe in one line what is recorded here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import Control
from form_engine.controls._settings import whole

TOO_LONG = Code(
    "{kind}.too_long",
    zh="最多 {{max}} 个字，现在是 {{length}} 个",
    en="At most {{max}} characters; there are {{length}}",
    hint_zh="删减内容，或在表单设计器里调整“最多字数”",
    hint_en="Shorten it, or raise “Most characters” in the form designer",
)


@dataclass(frozen=True)
class {cls}(Control):
    """A short text in capital letters; stored as `text`, so it can be searched and compared."""

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {{}}

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return value.strip().upper() or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if len(value) > config["max"]:
            yield TOO_LONG.at(path, max=config["max"], length=len(value))

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {{"type": "string"}}


CONTROL = {cls}(
    kind="{kind}",
    zh="{zh}",
    en="{en}",
    value_type="text",
    config_schema=closed(max=whole("最多字数", "Most characters", minimum=1, maximum=200, default=20)),
    sample={{"config": {{"max": 5}}, "valid": ["AB-12", "ab"], "invalid": ["TOO LONG", 7]}},
)
'''

BROWSER = """import {{ Input }} from "antd";
import type {{ ControlView }} from "../shared/kinds";
import {{ useSay }} from "../shared/useLang";

const view: ControlView<string, {{ max: number }}> = {{
  kind: "{kind}",
  Input: ({{ id, value, config, field, disabled, invalid, onChange }}) => {{
    const say = useSay();
    return (
      <Input
        id={{id ?? ""}}
        value={{value ?? ""}}
        maxLength={{config.max}}
        disabled={{disabled}}
        status={{invalid ? "error" : ""}}
        placeholder={{say(field.placeholder)}}
        onChange={{(event) => onChange(event.target.value || null)}}
      />
    );
  }},
  Cell: ({{ value }}) => <span>{{value}}</span>,
  Detail: ({{ value }}) => <strong>{{value}}</strong>,
}};

export default view;
"""


def files_of(root: Path, kind: str) -> dict[Path, str]:
    """Return the two new files with their content."""
    title = kind.replace("_", " ").capitalize()
    words = {"kind": kind, "title": title, "cls": title.title().replace(" ", ""), "zh": title, "en": title}
    return {
        root / "form_engine" / "controls" / f"{kind}.py": PYTHON.format(**words),
        root / "designer_ui" / "src" / "controls" / f"{kind}.tsx": BROWSER.format(**words),
    }


def write(root: Path, kind: str) -> list[Path]:
    """Write both files, or neither. Raise ValueError when the name is wrong or taken."""
    if not NAME.fullmatch(kind):
        raise ValueError(
            f"“{kind}” cannot be a name: use small letters, digits and _, starting with a letter"
        )
    files = files_of(root, kind)
    taken = [str(path.relative_to(root)) for path in files if path.exists()]
    if taken:
        raise ValueError(f"there is already a control of this name: {', '.join(taken)}")
    for path, content in files.items():
        path.write_text(content, encoding="utf-8", newline="\n")
    return list(files)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    reader = argparse.ArgumentParser(prog="new_control", description=__doc__)
    reader.add_argument("name", help="the kind, e.g. blood_type")
    reader.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the repository"
    )
    given = reader.parse_args(arguments)
    try:
        made = write(given.root, given.name)
    except ValueError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    for path in made:
        sys.stdout.write(f"made {path.relative_to(given.root)}\n")
    sys.stdout.write("try it: python -m pytest tests/kinds -k " + given.name + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
