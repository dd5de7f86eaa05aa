"""Tooth chart (牙位图): what stands in each place, what was found, what is planned, what was done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, array, closed, one_of
from form_engine.control import ItemColumn
from form_engine.controls._settings import flag, many, pick
from form_engine.controls._structured import Structured, unreadable
from form_engine.controls._teeth import SURFACES, chart_order, in_order, teeth
from form_engine.controls._tooth_codes import CODE, CONDITIONS, PROCEDURES, STATES
from form_engine.controls._tooth_text import read, tidy, written_out

NO_SUCH_TOOTH = Code(
    "tooth_chart.no_such_tooth",
    zh="没有牙位 {tooth}",
    en="There is no tooth {tooth}",
    hint_zh="恒牙 11–18、21–28、31–38、41–48，乳牙 51–55、61–65、71–75、81–85",
    hint_en="Permanent teeth are 11-18 to 41-48, primary teeth 51-55 to 81-85",
)
OTHER_DENTITION = Code(
    "tooth_chart.other_dentition",
    zh="牙位 {tooth} 不属于{dentition}",
    en="Tooth {tooth} is not part of the {dentition} dentition",
    hint_zh="把牙列改为“混合牙列”",
    hint_en="Switch the chart to the mixed dentition",
)
NO_SUCH_SURFACE = Code(
    "tooth_chart.no_such_surface",
    zh="牙位 {tooth} 没有 {surface} 面",
    en="Tooth {tooth} has no {surface} surface",
    hint_zh="咬合面 O 只在后牙，切端 I 只在前牙；这颗牙有 {allowed}",
    hint_en="O is on back teeth and I on front teeth; this one has {allowed}",
)
UNKNOWN_CODE = Code(
    "tooth_chart.unknown_code",
    zh="“{code}”不在牙位图的代码表里",
    en="“{code}” is not one of the chart's codes",
    hint_zh="可用：{allowed}",
    hint_en="Allowed: {allowed}",
)
NOT_THERE = Code(
    "tooth_chart.not_there",
    zh="牙位 {tooth} 已标为“{status}”，不能再标牙面情况",
    en="Tooth {tooth} is marked “{status}”; it cannot have findings on its surfaces",
    hint_zh="先改牙齿状态，或清除牙面标记",
    hint_en="Change the state of the tooth, or clear its surfaces",
)
DENTITIONS = {
    "permanent": {"zh": "恒牙列", "en": "permanent"},
    "primary": {"zh": "乳牙列", "en": "primary"},
    "mixed": {"zh": "混合牙列", "en": "mixed"},
}
ABSENT = frozenset({"missing", "unerupted"})
CODE_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 32}
SURFACE: Schema = one_of(*SURFACES)
CODES = array(CODE_TEXT, maxItems=60)
ACT = closed(("code",), code=CODE_TEXT, surfaces=array(SURFACE, maxItems=12))
ACTS = array({"anyOf": [ACT, CODE_TEXT]}, maxItems=12)
TOOTH = closed(
    status=CODE_TEXT,
    surfaces=closed(**dict.fromkeys(SURFACES, CODES)),
    marks=CODES,
    plan=ACTS,
    done=ACTS,
    mobility={"type": "integer", "minimum": 0, "maximum": 3},
    note={"type": "string", "maxLength": 500},
)
CHART: Schema = closed(
    ("teeth",),
    teeth={"type": "object", "additionalProperties": TOOTH, "maxProperties": 52},
    dentition=one_of(*DENTITIONS),
    system=one_of("FDI"),
)
EMPTY: Mapping[str, Any] = {"surfaces": {}, "marks": [], "plan": [], "done": [], "mobility": 0, "note": ""}


def _keys(config: Mapping[str, Any], name: str) -> list[str]:
    return [code["key"] for code in config[name]]


@dataclass(frozen=True)
class ToothChart(Structured):
    """`{"teeth": {"36": {"status": "present", "surfaces": {"O": ["caries"]}, "plan": [{"code": "filling"}]}}}`.

    `marks` are findings of the whole tooth, `plan` and `done` procedures, with or without surfaces. A tooth that
    is present with nothing to say is not written down.
    """

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping) or not isinstance(value.get("teeth"), Mapping):
            return value
        kept = {fdi: _tidy_tooth(tooth) for fdi, tooth in value["teeth"].items()}
        known = sorted((fdi for fdi in kept if fdi in teeth()), key=chart_order)
        strange = [fdi for fdi in kept if fdi not in teeth()]
        chart = {"teeth": {fdi: kept[fdi] for fdi in (*known, *strange) if kept[fdi] or fdi in strange}}
        extra = {
            key: item for key, item in value.items() if key != "teeth" and (key, item) != ("system", "FDI")
        }
        return {**chart, **extra} if chart["teeth"] or set(extra) - {"dentition"} else None

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        dentition = config["dentition"] if config["dentition"] != "mixed" else value.get("dentition", "mixed")
        for fdi, tooth in value["teeth"].items():
            at = f"{path}/teeth/{fdi}"
            known = teeth().get(fdi)
            if known is None:
                yield NO_SUCH_TOOTH.at(at, tooth=fdi)
                continue
            if dentition != "mixed" and known.is_primary != (dentition == "primary"):
                yield OTHER_DENTITION.at(at, tooth=fdi, dentition=DENTITIONS[dentition])
            yield from _surface_problems(fdi, tooth, at)
            yield from _code_problems(tooth, config, at)

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        for fdi, tooth in value["teeth"].items():
            quadrant = int(fdi[0])
            if tooth.get("status"):
                yield (fdi, quadrant, None, tooth["status"], "state")
            for surface, codes in tooth.get("surfaces", {}).items():
                yield from ((fdi, quadrant, surface, code, "found") for code in codes)
            yield from ((fdi, quadrant, None, code, "found") for code in tooth.get("marks", ()))
            for layer in ("plan", "done"):
                for act in tooth.get(layer, ()):
                    for surface in act.get("surfaces") or (None,):
                        yield (fdi, quadrant, surface, act["code"], layer)

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return written_out(value)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        if not text.strip():
            return None
        found = read(tidy(text), frozenset(state["key"] for state in STATES))
        if found is None:
            raise unreadable(text, "36:MO=caries; 36:MO+filling; 11=missing", path)
        return found

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return CHART


def _tidy_tooth(tooth: Any) -> Any:
    if not isinstance(tooth, Mapping):
        return tooth
    kept = dict(tooth)
    if isinstance(kept.get("surfaces"), Mapping):
        marked = {s: sorted(set(c)) for s, c in kept["surfaces"].items() if _is_codes(c) and c}
        strange = {s: c for s, c in kept["surfaces"].items() if not _is_codes(c) or s not in SURFACES}
        kept["surfaces"] = {
            s: marked[s] for s in (*in_order(marked), *sorted(set(marked) - set(SURFACES)))
        } | strange
    if _is_codes(kept.get("marks")):
        kept["marks"] = sorted(set(kept["marks"]))
    for layer in ("plan", "done"):
        if isinstance(kept.get(layer), list | tuple):
            kept[layer] = [_tidy_act(act) for act in kept[layer]]
    if kept.get("status") == "present":
        del kept["status"]
    return {key: item for key, item in kept.items() if not _says_nothing(key, item)}


def _says_nothing(key: str, item: Any) -> bool:
    # Only blanks of the right type are dropped: a wrong one must come to light in the check.
    return key in EMPTY and type(item) is type(EMPTY[key]) and item == EMPTY[key]


def _is_codes(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(code, str) for code in value)


def _tidy_act(act: Any) -> Any:
    if isinstance(act, str):
        return {"code": act}
    if isinstance(act, Mapping) and _is_codes(act.get("surfaces")):
        where = in_order(act["surfaces"]) + sorted(set(act["surfaces"]) - set(SURFACES))
        rest = {key: item for key, item in act.items() if key != "surfaces"}
        return {**rest, "surfaces": where} if where else rest
    return act


def _surface_problems(fdi: str, tooth: Mapping[str, Any], at: str) -> Iterator[Problem]:
    allowed = teeth()[fdi].surfaces
    used: list[tuple[str, Sequence[str]]] = [(f"{at}/surfaces", list(tooth.get("surfaces", {})))]
    for layer in ("plan", "done"):
        for place, act in enumerate(tooth.get(layer, ())):
            used.append((f"{at}/{layer}/{place}/surfaces", act.get("surfaces", ())))
    for where, surfaces in used:
        for surface in surfaces:
            if surface not in allowed:
                yield NO_SUCH_SURFACE.at(where, tooth=fdi, surface=surface, allowed=" ".join(allowed))
    status = tooth.get("status")
    if status in ABSENT and tooth.get("surfaces"):
        words = next(state["label"] for state in STATES if state["key"] == status)
        yield NOT_THERE.at(f"{at}/surfaces", tooth=fdi, status=words)


def _code_problems(tooth: Mapping[str, Any], config: Mapping[str, Any], at: str) -> Iterator[Problem]:
    states, found, acts = [s["key"] for s in STATES], _keys(config, "conditions"), _keys(config, "procedures")
    if tooth.get("status") and tooth["status"] not in states:
        yield UNKNOWN_CODE.at(f"{at}/status", code=tooth["status"], allowed=", ".join(states))
    marked = [
        (f"{at}/surfaces/{s}", code) for s, codes in tooth.get("surfaces", {}).items() for code in codes
    ]
    marked += [(f"{at}/marks", code) for code in tooth.get("marks", ())]
    for where, code in marked:
        if code not in found:
            yield UNKNOWN_CODE.at(where, code=code, allowed=", ".join(found))
    for layer in ("plan", "done"):
        for place, act in enumerate(tooth.get(layer, ())):
            if act["code"] not in acts:
                yield UNKNOWN_CODE.at(f"{at}/{layer}/{place}/code", code=act["code"], allowed=", ".join(acts))


CONTROL = ToothChart(
    kind="tooth_chart",
    zh="牙位图",
    en="Tooth chart",
    group="clinic",
    icon="tooth",
    item_columns=(
        ItemColumn("tooth", "text", {"zh": "牙位", "en": "Tooth"}),
        ItemColumn("quadrant", "integer", {"zh": "象限", "en": "Quadrant"}),
        ItemColumn("surface", "text", {"zh": "牙面", "en": "Surface"}),
        ItemColumn("code", "text", {"zh": "代码", "en": "Code"}),
        ItemColumn("layer", "text", {"zh": "图层", "en": "Layer"}),
    ),
    config_schema=closed(
        dentition=pick("牙列", "Dentition", *DENTITIONS, default="mixed"),
        notation=pick("牙位记法", "Notation", "fdi", "universal", "palmer", default="fdi"),
        layers=many("图层", "Layers", one_of("found", "plan", "done"), minItems=1, uniqueItems=True)
        | {"default": ["found", "plan", "done"]},
        conditions=many("检查代码", "Findings", CODE, minItems=1, maxItems=60)
        | {"default": list(CONDITIONS)},
        procedures=many("治疗代码", "Procedures", CODE, minItems=1, maxItems=60)
        | {"default": list(PROCEDURES)},
        single=flag("只选一颗牙", "One tooth only"),
    ),
    sample={
        "config": {},
        "valid": [
            {
                "teeth": {
                    "36": {
                        "status": "present",
                        "surfaces": {"O": ["caries"], "M": ["caries"]},
                        "plan": [{"code": "filling", "surfaces": ["O", "M"]}],
                    },
                    "11": {"status": "missing"},
                    "55": {"marks": ["mobile"], "mobility": 2, "note": '近期脱落; "松"'},
                }
            }
        ],
        "invalid": [
            {"teeth": {"36": {"status": "missing", "colour": None}}},
            {"teeth": {"19": {"status": "missing"}}},
            {"teeth": {"11": {"surfaces": {"O": ["caries"]}}}},
            {"teeth": {"36": {"surfaces": {"X": ["caries"]}}}},
            {"teeth": {"36": {"surfaces": {"X": []}}}},
            {"teeth": {"36": {"surfaces": {"O": ["magic"]}}}},
            {"teeth": {"36": {"status": "missing", "surfaces": {"O": ["caries"]}}}},
            {"teeth": []},
            "36",
        ],
    },
)
