"""`make new-control name=demo`: two new files, nothing else touched, and the contract holds."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.new_control import main, write

PARTS = ("engine", "form_engine", "tests/kinds")


@pytest.fixture
def scratch(tmp_path: Path, repository: Path) -> Path:
    """Return a copy of what the contracts of controls need."""
    for part in PARTS:
        shutil.copytree(
            repository / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis")
        )
    shutil.copytree(
        repository / "designer_ui/src/controls",
        tmp_path / "designer_ui/src/controls",
        ignore=shutil.ignore_patterns("*.css"),
    )
    shutil.copy(repository / "tests/conftest.py", tmp_path / "tests/conftest.py")
    return tmp_path


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_new_control_is_two_files_and_touches_no_other(scratch: Path) -> None:
    before = contents(scratch)
    write(scratch, "demo")
    after = contents(scratch)
    assert set(after) - set(before) == {"form_engine/controls/demo.py", "designer_ui/src/controls/demo.tsx"}
    assert {name: after[name] for name in before} == before


def test_a_new_control_passes_the_contract_as_it_stands(scratch: Path) -> None:
    write(scratch, "blood_type")
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/kinds/test_controls.py",
            "-k",
            "blood_type",
        ],
        cwd=scratch,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:]
    assert "passed" in run.stdout


@pytest.mark.parametrize("name", ["Demo", "1st", "../up", "a-b", "rating", ""])
def test_a_wrong_or_taken_name_is_refused_and_nothing_is_written(scratch: Path, name: str) -> None:
    before = contents(scratch)
    assert main([name, "--root", str(scratch)]) == 2
    assert contents(scratch) == before
