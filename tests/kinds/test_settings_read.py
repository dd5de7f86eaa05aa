"""Every setting of every control does something: one half of the control reads it, or the place named here does."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.schema import closed
from form_engine.control import CONTROLS, Control
from tests.kinds import making, reading

LINKS = "link branch department team treeselect pick_copy"
ELSEWHERE: Mapping[str, tuple[str, str, str]] = {
    # setting: (controls, file, the very words that read it)
    "after": ("signature", "form_engine/sealing.py", 'plan.config.get("after")'),
    "again": ("snapshot", "form_engine/keeping.py", 'plan.config["again"]'),
    "aggregate": ("rollup", "engine/definitions/shapes.py", '"aggregate" not in one.config'),
    "by": ("rollup", "engine/definitions/shapes.py", '"of", "by", "mine"'),
    "copies": ("pick_copy", "form_engine/submit.py", 'plan.config["copies"]'),
    "detail": ("link", "form_engine/service/options.py", 'one.config.get("detail")'),
    "field": ("rollup", "engine/definitions/shapes.py", '"aggregate", "field", "where", "sort"'),
    "fields": ("subform", "engine/definitions/outline.py", 'one.config.get("fields")'),
    "fields_kept": ("snapshot", "form_engine/compile.py", 'one.config.get("fields_kept", ())'),
    "filter": (LINKS + " related_list", "form_engine/compile.py", '"formula", "filter", "where",'),
    "formula": ("formula", "engine/definitions/shapes.py", 'one.config.get("formula")'),
    "from": ("allergy_banner", "form_engine/controls/allergy_banner.py", 'filled["path"] = filled["from"]'),
    "gapless": ("auto_number patient_no", "form_engine/service/numbering.py", 'settings.get("gapless")'),
    "leaf_only": ("treeselect", "form_engine/service/trees.py", 'one.config.get("leaf_only")'),
    "min_count": ("tags", "form_engine/controls/_choices.py", "yield from count(value, config, path)"),
    "min_px": ("image", "form_engine/controls/_files.py", 'config.get("min_px")'),
    "mine": ("rollup", "engine/definitions/shapes.py", '"of", "by", "mine"'),
    "of": ("rollup", "engine/definitions/shapes.py", '"of", "by", "mine"'),
    "of_field": ("filter", "form_engine/service/rules_given.py", 'one.config.get("of_field")'),
    "on_delete": (LINKS, "form_engine/service/relations.py", 'config.get("on_delete"'),
    "overwrite": ("pick_copy", "form_engine/submit.py", 'plan.config.get("overwrite"'),
    "parent": ("treeselect", "form_engine/service/trees.py", 'config.get("parent")'),
    "path": ("lookup", "engine/definitions/shapes.py", 'one.config.get("path")'),
    "pattern": ("auto_number patient_no", "form_engine/service/numbering.py", 'settings.get("pattern")'),
    "per_branch": (
        "auto_number patient_no",
        "form_engine/service/numbering.py",
        'settings.get("per_branch")',
    ),
    "reason_field": ("stage", "form_engine/submit.py", 'plan.config.get("reason_field")'),
    "reset": ("auto_number patient_no", "form_engine/service/numbering.py", 'settings.get("reset"'),
    "roles": ("user", "form_engine/service/relations.py", 'config.get("roles")'),
    "sort": ("rollup", "engine/definitions/shapes.py", '"aggregate", "field", "where", "sort"'),
    "stages": ("snapshot", "form_engine/keeping.py", 'config.get("stages", ())'),
    "stored": ("formula lookup rollup", "engine/definitions/checks/graph.py", 'config.get("stored"'),
    "taken": ("snapshot", "form_engine/keeping.py", 'config["taken"]'),
    "watermark": ("image attachment", "server/routes/files.py", 'held.config.get("watermark")'),
    "where": ("rollup", "engine/definitions/shapes.py", '"aggregate", "field", "where", "sort"'),
    "within": ("user", "form_engine/service/relations.py", 'config.get("within", "all")'),
}
"""Settings that neither half of their control reads, since they are about more than the field."""
SEVERAL = {
    ("filter", "of"): ("form_engine/service/rules_given.py", 'one.config["of"]'),
    ("filter", "open"): ("form_engine/service/rules_given.py", 'one.config.get("open")'),
    ("timeline", "of"): ("form_engine/timeline.py", 'control.config.get("of")'),
    ("related_list", "filter"): ("form_engine/views/listing.py", 'said.get("filter")'),
}
"""Those whose name another control uses for something else."""


@pytest.mark.parametrize("control", making.ALL, ids=making.name)
def test_every_setting_is_read(control: Control, repository: Path) -> None:
    for setting in sorted(reading.unread(control, repository)):
        place = SEVERAL.get((control.kind, setting)) or _elsewhere(control, setting)
        assert place is not None, f"nobody reads “{setting}”: let the control do it, or take it out"
        file, words = place
        assert words in (repository / file).read_text("utf-8"), f"{file} no longer reads “{setting}”"


def _elsewhere(control: Control, setting: str) -> tuple[str, str] | None:
    kinds, file, words = ELSEWHERE.get(setting, ("", "", ""))
    return (file, words) if control.kind in kinds.split() else None


@pytest.mark.parametrize(
    "kind", ["text", "money", "select", "tooth_chart", "steps", "related_list", "rollup"]
)
@pytest.mark.parametrize("setting", ["no_such_setting", "value", "kind", "label", "path_of", "name", "width"])
def test_a_new_setting_that_nobody_reads_is_found(kind: str, setting: str, repository: Path) -> None:
    control = CONTROLS.get(kind)
    properties = {**control.config_schema["properties"], setting: {"type": "string"}}
    required = tuple(control.config_schema.get("required", ()))
    longer = replace(control, config_schema=closed(required, **properties))
    assert setting in reading.unread(longer, repository)
    assert _elsewhere(longer, setting) is None


def test_the_table_names_nothing_that_is_gone(repository: Path) -> None:
    for setting, (kinds, _, _) in ELSEWHERE.items():
        for kind in kinds.split():
            assert setting in CONTROLS.get(kind).config_schema["properties"], (kind, setting)
    for (kind, setting), _place in SEVERAL.items():
        assert setting in CONTROLS.get(kind).config_schema["properties"], (kind, setting)


@pytest.mark.parametrize(
    ("code", "is_read"),
    [
        ("config.step", True),
        ("config?.step ?? 5", True),
        ("const { step, max } = config;", True),
        ('config["step"]', True),
        ("config.steps", False),
        ("myconfig.step", False),
        ("other.step", False),
        ("interface StepConfig { step?: number }", False),
        ("const { step } = props;", False),
    ],
)
def test_only_what_is_taken_off_the_settings_counts_in_the_browser(code: str, is_read: bool) -> None:
    assert reading.reads(code, "step") is is_read


def test_to_copy_settings_is_not_to_read_them() -> None:
    watched: Any = reading.Watched({"a": 1, "b": 2})
    assert {**watched, "c": 3}["a"] == 1
    assert [*watched.items()]
    assert watched.asked == set()
    assert watched.get("b") == 2
    assert watched.asked == {"b"}
