"""`clinicraft flow-check`: one file, with or without its app."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from server.cli import app

NAME = {"zh": "x"}


def run(path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    found = CliRunner().invoke(app, ["flow-check", str(path), "--json", *more])
    return found.exit_code, json.loads(found.stdout.splitlines()[0])


def written(folder: Path, **definition: Any) -> Path:
    given = {
        "key": "x",
        "name": NAME,
        "trigger": {"kind": "record_created", "form": "lead"},
        "start": "a",
        **definition,
    }
    path = folder / "x.json"
    path.write_text(json.dumps(given), "utf-8")
    return path


def test_a_sound_flow_passes_even_without_its_app(tmp_path: Path):
    nodes = [{"key": "a", "kind": "wait", "for": "1h", "to": "end"}, {"key": "end", "kind": "end"}]
    code, found = run(written(tmp_path, nodes=nodes))
    assert (code, found["ok"], found["nodes"], found["findings"]) == (0, True, 2, [])


def test_a_flow_that_gets_stuck_is_told_with_a_counter_example(tmp_path: Path):
    ways = [
        {"key": "yes", "when": "{lead.score} > 5", "to": "b"},
        {"key": "no", "otherwise": True, "to": "c"},
    ]
    nodes = [
        {"key": "a", "kind": "switch", "ways": ways},
        {"key": "b", "kind": "wait", "for": "1h", "to": "join"},
        {"key": "c", "kind": "wait", "for": "1h", "to": "join"},
        {"key": "join", "kind": "join", "to": "end"},
        {"key": "end", "kind": "end"},
    ]
    code, found = run(written(tmp_path, nodes=nodes))
    assert code == 1
    one = next(one for one in found["findings"] if one["nodes"] == ["join", "b"])
    assert one["code"] == "F02"
    assert one["example"] == [{"node": "a", "way": "no"}, {"node": "c", "way": "to"}]
    assert set(one["message"]) == {"zh", "en"}


def test_a_flow_in_an_apps_folder_is_read_with_its_forms(tmp_path: Path):
    form = {"key": "lead", "name": NAME, "fields": [{"key": "score", "control": "number", "label": NAME}]}
    branch = {"key": "branch", "name": NAME, "fields": [{"key": "name", "control": "text", "label": NAME}]}
    (tmp_path / "app.json").write_text(json.dumps({"key": "app", "name": NAME, "version": "1.0.0"}), "utf-8")
    for one in (form, branch):
        (tmp_path / "forms").mkdir(exist_ok=True)
        (tmp_path / "forms" / f"{one['key']}.json").write_text(json.dumps(one), "utf-8")
    (tmp_path / "flows").mkdir()
    nodes = [
        {"key": "a", "kind": "update", "record": "{lead}", "set": {"scor": "1"}, "to": "end"},
        {"key": "end", "kind": "end"},
    ]
    code, found = run(written(tmp_path / "flows", nodes=nodes))
    assert code == 1
    assert [one["code"] for one in found["problems"]] == ["flow.no_field"]


def test_what_is_no_flow_is_told_as_problems(tmp_path: Path):
    path = tmp_path / "x.json"
    path.write_text("[]", "utf-8")
    code, found = run(path)
    assert (code, [one["code"] for one in found["problems"]]) == (1, ["definition.not_an_object"])


def test_a_condition_that_the_database_cannot_work_out_is_told_with_its_place(tmp_path: Path):
    fields = [
        {"key": "name", "control": "text", "label": NAME},
        {"key": "born", "control": "date", "label": NAME},
        {"key": "made", "control": "datetime", "label": NAME},
    ]
    lead = {"key": "lead", "name": NAME, "fields": fields}
    branch = {"key": "branch", "name": NAME, "fields": fields[:1]}
    (tmp_path / "forms").mkdir()
    (tmp_path / "flows").mkdir()
    for one in (lead, branch):
        (tmp_path / "forms" / f"{one['key']}.json").write_text(json.dumps(one), "utf-8")
    (tmp_path / "app.json").write_text(json.dumps({"key": "shop", "name": NAME, "version": "1.0.0"}), "utf-8")
    query = {"key": "a", "kind": "query", "form": "lead", "to": "end", "as": "found"}
    end = {"key": "end", "kind": "end"}
    fine = {**query, "where": 'AND({made} < DATEADD(NOW(), -3, "day"), {name} = {form.lead.name})'}
    code, found = run(written(tmp_path / "flows", nodes=[fine, end]))
    assert (code, found["findings"]) == (0, [])
    bad = {**query, "where": 'AND({name} = {form.lead.name}, LUNAR({born}) = "正月初一")'}
    code, found = run(written(tmp_path / "flows", nodes=[bad, end]))
    [one] = found["findings"]
    assert (code, one["code"], one["level"], one["nodes"]) == (1, "F15", "stop", ["a"])
    assert one["path"] == "/flows/x/nodes/0/where"
    assert "LUNAR" in one["message"]["zh"]
    turning = {
        "kind": "became_true",
        "form": "lead",
        "when": 'AND({made} < NOW(), LUNAR({born}) = "正月初一")',
    }
    code, found = run(written(tmp_path / "flows", trigger=turning, nodes=[fine, end]))
    assert [(one["code"], one["path"]) for one in found["findings"]] == [("F15", "/flows/x/trigger/when")]
