"""The command line `clinicraft`."""

import importlib
import json
import pkgutil
import sys
from typing import Any

import typer
from rich.console import Console

from engine.problems import Code, Problem, Rejected
from server import commands

NO_FILE = Code(
    "command.file",
    zh="“{file}”用不了：{why}",
    en="“{file}” cannot be used: {why}",
    hint_zh="请检查路径和权限",
    hint_en="Check the path and who may use it",
)
WHY = (
    (FileNotFoundError, {"zh": "没有这个文件或文件夹", "en": "there is no such file or folder"}),
    (PermissionError, {"zh": "没有权限", "en": "it is not yours to use"}),
    (IsADirectoryError, {"zh": "这是一个文件夹", "en": "it is a folder"}),
    (FileExistsError, {"zh": "这里已有一个同名文件", "en": "there is a file of that name"}),
    (NotADirectoryError, {"zh": "路径中有一段不是文件夹", "en": "part of the path is not a folder"}),
)

app = typer.Typer(
    name="clinicraft",
    help="No-code apps for clinics: open the practice clinic, run a server, check and install templates, move data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for _info in pkgutil.iter_modules(commands.__path__, commands.__name__ + "."):
    if not _info.name.rsplit(".", 1)[-1].startswith("_"):
        importlib.import_module(_info.name).register(app)


def main() -> None:
    """Run the command line; problems are told in words, never as a stack trace."""
    try:
        app()
    except Rejected as refused:
        show_problems(refused.problems, as_json="--json" in sys.argv)
        raise SystemExit(1) from None
    except OSError as failed:
        if failed.filename is None:
            raise
        why = next((words for kind, words in WHY if isinstance(failed, kind)), failed.strerror)
        problem = NO_FILE.at("", file=str(failed.filename), why=why)
        show_problems([problem], as_json="--json" in sys.argv)
        raise SystemExit(1) from None


def show_problems(problems: tuple[Problem, ...] | list[Problem], *, as_json: bool, lang: str = "zh") -> None:
    """Print problems for people (on stderr) or, a line each, for machines (on stdout)."""
    if as_json:
        for problem in problems:
            print_json(problem.to_json())
        return
    console = Console(stderr=True)
    for problem in problems:
        console.print(f"[bold red]✗[/] {problem.path or '/'}  ", end="", highlight=False)
        console.print(problem.message(lang), markup=False, highlight=False)
        if lang == "zh":
            console.print(f"  {problem.message('en')}", style="dim", markup=False, highlight=False)
        hint = problem.hint(lang)
        if hint:
            console.print(f"  → {hint}", style="dim", markup=False, highlight=False)


def print_json(value: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
