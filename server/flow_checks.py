"""Checks flows before they run: a whole app's, or one file alone, of whose forms nothing is known then."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.definitions import assemble, load_template, load_zip
from engine.definitions.analysis import Analysis, analyse
from engine.definitions.app import App
from engine.definitions.outline import FormOutline
from engine.definitions.scopes import Types
from engine.definitions.strict_json import read_object
from engine.problems import Problem, Rejected, pointer
from flow_engine.compile import compile_flow, definition_problems
from flow_engine.journeys import journey_problems
from flow_engine.messages import compile_messages, node_problems
from flow_engine.plan import FlowPlan
from flow_engine.routing import pools_of
from flow_engine.soundness import Finding, Staffing, check
from form_engine.control import CONTROLS
from server.flow_filters import FilterTrial
from server.templates import template_folder


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about one flow: `problems` stop it from being compiled, `findings` are the publish gate's."""

    key: str
    nodes: int
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing stops it from being published."""
        return not self.problems and not any(one.level == "stop" for one in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return one line for machines."""
        return {
            "flow": self.key,
            "ok": self.is_sound,
            "nodes": self.nodes,
            "problems": [one.to_json() for one in self.problems],
            "findings": [one.to_json() for one in self.findings],
        }


def check_flows(
    app: App,
    analysis: Analysis | None = None,
    staffing: Staffing | None = None,
    trial: FilterTrial | None = None,
) -> Iterator[Checked]:
    """Yield what is found about each flow of an app, those that are off included."""
    known = analysis or analyse(app, CONTROLS)
    plans: dict[str, FlowPlan] = {}
    wrong: dict[str, tuple[Problem, ...]] = {}
    for key, definition in app.of("flows").items():
        try:
            plans[key] = compile_flow(definition, known)
        except Rejected as rejected:
            wrong[key] = tuple(rejected.problems)
    trial = trial or FilterTrial(app)
    for key, definition in app.of("flows").items():
        nodes = len(definition.get("nodes", ()))
        if key in plans:
            others = {name: plan for name, plan in plans.items() if name != key}
            found = (*check(plans[key], app, others, staffing), *trial.of_flow(plans[key]))
            yield Checked(key, nodes, (), tuple(sorted(found, key=lambda one: one.level != "stop")))
        else:
            yield Checked(key, nodes, wrong[key])


def check_path(path: Path, beside: Path | None = None, staffing: Staffing | None = None) -> list[Checked]:
    """Return what is found about the flows at `path`: one JSON file, an app's folder or zip, or a template by name.

    One file is checked with the forms of the app it lies in, or of `beside`; without either, any form and field may be.
    """
    if path.is_file() and path.suffix == ".json":
        return [check_file(path, beside, staffing)]
    return list(check_flows(_load(path), staffing=staffing))


def _load(path: Path) -> App:
    if path.is_file():
        return assemble(load_zip(path.read_bytes()), {})
    return load_template(template_folder(str(path)))


def check_file(path: Path, beside: Path | None = None, staffing: Staffing | None = None) -> Checked:
    """Return what is found about the flow in one file."""
    definition = read_object(path.read_bytes(), pointer(path.name))
    if isinstance(definition, Problem):
        return Checked(path.stem, 0, (definition,))
    faults = list(definition_problems(definition, pointer("flows", path.stem)))
    if faults:
        return Checked(path.stem, 0, tuple(faults))
    folder = beside or (path.parent.parent if (path.parent.parent / "app.json").is_file() else None)
    if folder is None:
        analysis = open_analysis(definition)
        app = analysis.app
    else:
        app = _load(folder)
        app = App(
            app.manifest,
            {**app.objects, "flows": {**app.of("flows"), definition["key"]: definition}},
            app.modules,
            app.words,
        )
        analysis = analyse(app, CONTROLS)
    return next(one for one in check_flows(app, analysis, staffing) if one.key == definition["key"])


def open_analysis(definition: Mapping[str, Any]) -> Analysis:
    """Return an analysis in which every form exists that the flow names, with any field."""
    named = set(re.findall(r'"(?:form|of_form)": *"([a-z][a-z0-9_]*)"', json.dumps(definition)))
    forms = {key: FormOutline(key, key, pointer("forms", key), {}, is_sound=False) for key in sorted(named)}
    app = App(
        {"key": "check", "name": {}, "version": "1.0.0"},
        {"forms": {}, "flows": {definition["key"]: dict(definition)}},
    )
    return Analysis(app, forms, Types(forms), {}, {})


def problems_of_flows(app: App) -> list[Problem]:
    """Return what stops an app's flows, messages, pools and journeys, as problems like any other: for `clinicraft check`."""
    analysis = analyse(app, CONTROLS)
    found: list[Problem] = []
    trial = FilterTrial(app)
    for one in check_flows(app, analysis, trial=trial):
        found.extend(one.problems)
        found.extend(finding.problem for finding in one.findings if finding.level == "stop")
    found.extend(trial.of_segments())
    found.extend(compile_messages(app, analysis).problems)
    found.extend(node_problems(app))
    found.extend(pools_of(app, analysis)[1])
    found.extend(journey_problems(app, analysis))
    return found
