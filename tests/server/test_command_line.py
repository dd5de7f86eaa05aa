"""The commands as an operator types them, each in a process of its own, on the embedded database."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

Told = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Return the folder of a small practice clinic."""
    made = tmp_path_factory.mktemp("practice") / "home"
    told = run(repository, "demo", "--no-serve", "--scale", "0.002", "--home", str(made))
    assert told.returncode == 0, told.stderr
    return made


def run(repository: Path, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("CLINICRAFT_", "DATABASE_URL"))
    }
    return subprocess.run(
        [sys.executable, "-c", "from server.main import main; main()", *words],
        cwd=repository, env={**environment, "PYTHONPATH": str(repository)}, input=given,
        capture_output=True, text=True, timeout=1_200, check=False,
    )  # fmt: skip


def test_query_goes_through_the_gate(repository: Path, home: Path) -> None:
    told = run(repository, "query", "lead", "--as", "director", "--limit", "3", "--json", "--home", str(home))
    assert told.returncode == 0, told.stderr
    assert "phone" in told.stdout
    refused = run(repository, "query", "bill", "--as", "warehouse", "--json", "--home", str(home))
    assert refused.returncode != 0


def test_export_and_import_of_a_form(repository: Path, home: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "out.csv"
    told = run(repository, "export", "lead", str(sheet), "--as", "director", "--home", str(home))
    assert told.returncode == 0, told.stderr
    assert sheet.stat().st_size > 100
    leads = tmp_path / "leads.csv"
    leads.write_text("姓名,手机,来源渠道\n测试人,13911112222,抖音\n", "utf-8")
    told = run(repository, "import", "lead", str(leads), "--as", "director", "--home", str(home))
    assert told.returncode == 0, told.stdout + told.stderr


def test_formula_in_batch(repository: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"formula": "{a} + 1", "values": {"a": 2}}\n{"formula": "1 +"}\n', "utf-8")
    told = run(repository, "formula", "--batch", str(lines), "--backend", "python")
    assert told.returncode == 0, told.stderr
    first, second = (json.loads(line) for line in told.stdout.splitlines())
    assert first == {"value": 3}
    assert second["error"]["code"].startswith("formula.")


def test_check_of_the_template_and_of_a_hostile_zip(repository: Path, tmp_path: Path) -> None:
    import zipfile

    assert run(repository, "check", "dental").returncode == 0
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("../../escape.json", "{}")
        archive.writestr("app.json", "[" * 5000)
    told = run(repository, "check", str(evil), "--json")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert not (tmp_path.parent / "escape.json").exists()


def test_doctor_finds_the_practice_clinic_in_order(repository: Path, home: Path) -> None:
    told = run(repository, "doctor", "--json", "--home", str(home))
    checks = {line["check"]: line for line in map(json.loads, told.stdout.splitlines())}
    assert checks["keys"]["ok"], told.stdout
    assert "Traceback" not in told.stderr


LEADS = {"measures": ["lead.count"]}


def ask(repository: Path, home: Path, report: str, *words: str, given: str | None = None) -> Told:
    return run(repository, "report", report, "--home", str(home), *words, given=given)


def refusal(told: Told) -> str:
    """Return what a refused command said, after looking whether it said it in words."""
    assert (told.returncode, told.stdout) == (1, ""), told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    assert "✗" in told.stderr
    return " ".join(told.stderr.split())


def test_a_report_of_the_app_as_json_csv_and_workbook(repository: Path, home: Path, tmp_path: Path) -> None:
    table = json.loads(ask(repository, home, "lead_conversion", "--as", "director").stdout)
    names = [one["name"]["zh"] for one in table["columns"]]
    assert names[:2] == ["月份", "线索量"]

    sheet, book = tmp_path / "out.csv", tmp_path / "out.xlsx"
    for file in (sheet, book):
        kind = file.suffix[1:]
        told = ask(
            repository, home, "lead_conversion", "--as", "director", "--format", kind, "--out", str(file)
        )
        assert (told.returncode, told.stdout) == (0, ""), told.stderr
    lines = list(csv.reader(sheet.read_text("utf-8-sig").splitlines()))
    assert lines[0] == names
    assert [line[1] for line in lines[1:]] == [str(row[1]) for row in table["rows"]]
    cells = [value for row in load_workbook(book).worksheets[0].iter_rows(values_only=True) for value in row]
    assert set(names) <= set(cells)


def test_a_report_counts_what_a_person_may_see(repository: Path, home: Path) -> None:
    def counted(login: str) -> int:
        told = ask(repository, home, "-", "--as", login, given=json.dumps(LEADS))
        assert told.returncode == 0, told.stderr
        [[number]] = json.loads(told.stdout)["rows"]
        return int(number)

    def listed(login: str) -> int:
        told = run(
            repository, "query", "lead", "--as", login, "--limit", "500", "--json", "--home", str(home)
        )
        return len(told.stdout.splitlines())

    assert counted("consultant") == listed("consultant") < listed("director") == counted("director")
    assert "lead" in refusal(ask(repository, home, "-", "--as", "warehouse", given=json.dumps(LEADS)))
    closed = refusal(ask(repository, home, "revenue_by_day", "--as", "warehouse"))
    assert "revenue_by_day" in closed


def test_a_report_shows_its_statements_and_how_it_was_understood(repository: Path, home: Path) -> None:
    shown = ask(repository, home, "-", "--as", "director", "--sql", given=json.dumps(LEADS))
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("SELECT")
    assert "f_lead" in shown.stdout
    assert "deleted_at IS NULL" in shown.stdout
    explained = ask(repository, home, "-", "--as", "director", "--explain", given=json.dumps(LEADS))
    assert explained.returncode == 0, explained.stderr
    understood, end = json.JSONDecoder().raw_decode(explained.stdout)
    assert (understood["kind"], understood["facts"]) == ("aggregate", ["lead"])
    assert "-- 1 rows" in explained.stdout[end:]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{oops", "line 1, column 2"),
        ("[1, 2]", "one object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"measures": ["lead.count"], "mesures": 1}', "/mesures"),
        ('{"measures": ["leads.count"]}', "lead.count"),
        ('{"measures": ["lead.count"], "sees": "totals"}', "/sees"),
    ],
    ids=["broken", "list", "deep", "unknown key", "unknown measure", "totals of one's own"],
)
def test_a_report_that_cannot_be_asked_is_refused_in_words(
    repository: Path, home: Path, given: str, words: str
) -> None:
    assert words in refusal(ask(repository, home, "-", "--as", "director", given=given))


def test_a_report_needs_a_file_a_person_and_a_place_to_write(
    repository: Path, home: Path, tmp_path: Path
) -> None:
    marked = tmp_path / "marked.json"
    marked.write_text(json.dumps(LEADS), "utf-8-sig")
    assert ask(repository, home, str(marked), "--as", "director").returncode == 0
    nowhere = str(tmp_path / "nowhere" / "out.csv")
    assert "cannot be written" in refusal(
        ask(repository, home, str(marked), "--as", "director", "--out", nowhere)
    )
    for name in ("nothing", "x" * 300, str(tmp_path)):
        assert "no file and no report" in refusal(ask(repository, home, name, "--as", "director"))
    assert "somebody" in refusal(ask(repository, home, str(marked), "--as", "somebody"))


@pytest.mark.parametrize(
    "words",
    [
        ("formula", "--batch", "{none}"),
        ("import", "lead", "{none}", "--as", "admin", "--home", "{home}"),
        ("export", "lead", "{none}/out.csv", "--as", "admin", "--home", "{home}"),
        ("doctor", "--home", "{file}"),
        ("init", "--home", "{file}"),
        ("import", "lead", "{file}", "--as", "admin", "--map", "[1]", "--home", "{home}"),
        ("import", "lead", "{file}", "--as", "admin", "--map", "{", "--home", "{home}"),
        ("serve", "--port", "99999"),
        ("demo", "--scale", "0"),
        ("demo", "--scale", "-1"),
        ("query", "nosuchform", "--as", "admin", "--home", "{home}"),
    ],
    ids=lambda words: " ".join(words[:2]) + " " + words[-3 if "--home" in words[3:] else -1],
)
def test_what_cannot_be_done_is_said_in_words(
    repository: Path, home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("姓名\n张三\n", encoding="utf-8")
    places = {"{none}": str(tmp_path / "none"), "{file}": str(file), "{home}": str(home)}
    told = words
    for place, there in places.items():
        told = tuple(word.replace(place, there) for word in told)
    answer = run(repository, *told)
    assert answer.returncode in (1, 2)
    assert "Traceback" not in answer.stderr
    assert answer.stderr.strip()
    assert "–" not in answer.stderr
