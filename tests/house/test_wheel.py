"""The wheel holds all that a clean environment needs: code, templates, facts, the browser app."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def names(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    assert (repository / "designer_ui" / "dist" / "index.html").exists(), "run make setup first"
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, repository], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return wheel.namelist()


@pytest.mark.parametrize(
    "needed",
    [
        "server/static/index.html",
        "server/_templates/dental/app.json",
        "server/_templates/shared/leads/forms/lead.json",
        "engine/expressions/grammar.lark",
        "engine/expressions/data/cn_holidays.csv",
        "form_engine/controls/_data/teeth.csv",
    ],
)
def test_the_wheel_holds_what_the_product_reads(names: list[str], needed: str) -> None:
    assert needed in names


def test_the_wheel_holds_nothing_of_the_workshop(names: list[str]) -> None:
    assert [n for n in names if n.startswith(("tests/", "benchmarks/", "designer_ui/", "tools/"))] == []
