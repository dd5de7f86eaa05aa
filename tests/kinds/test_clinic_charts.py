"""Tooth chart, perio chart, vital signs and body map: what an operator sees."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from form_engine.control import CONTROLS
from form_engine.controls._perio import SITES, summary
from form_engine.controls._teeth import SURFACES, teeth
from form_engine.controls._tooth_codes import CONDITIONS, PROCEDURES, STATES
from form_engine.controls._tooth_text import short
from tests.kinds import making

TOOTH = CONTROLS.get("tooth_chart")
PERIO = CONTROLS.get("perio_chart")


def keys(codes: Any, *on: str) -> list[str]:
    return [code["key"] for code in codes if not on or code["on"] in on]


def codes_of(problems: Any) -> set[str]:
    return {problem.code for problem in problems}


@st.composite
def tooth_charts(draw: st.DrawFn) -> dict[str, Any]:
    chart: dict[str, Any] = {"teeth": {}}
    for fdi in draw(st.lists(st.sampled_from(sorted(teeth())), max_size=6, unique=True)):
        surfaces = st.lists(st.sampled_from(teeth()[fdi].surfaces), min_size=1, max_size=5, unique=True)
        acts = st.lists(
            st.fixed_dictionaries(
                {"code": st.sampled_from(keys(PROCEDURES))}, optional={"surfaces": surfaces}
            ),
            max_size=3,
        )
        findings = st.lists(st.sampled_from(keys(CONDITIONS)), max_size=3)
        tooth = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "status": st.sampled_from(
                        [key for key in keys(STATES) if key not in ("missing", "unerupted")]
                    ),
                    "surfaces": st.dictionaries(st.sampled_from(teeth()[fdi].surfaces), findings, max_size=5),
                    "marks": findings,
                    "plan": acts,
                    "done": acts,
                    "mobility": st.integers(0, 3),
                    "note": st.text(max_size=20).filter(
                        lambda text: "\x00" not in text and text.isprintable()
                    ),
                },
            )
        )
        chart["teeth"][fdi] = tooth
    return chart


@settings(max_examples=150, deadline=None)
@given(chart=tooth_charts())
def test_any_tooth_chart_is_taken_and_its_text_reads_back(chart: dict[str, Any]) -> None:
    config = TOOTH.settings({})
    value, problems = making.given(TOOTH, chart, config)
    assert problems == []
    if value is not None:
        assert making.typed(TOOTH, TOOTH.to_text(value, config), config) == value


def test_a_tooth_chart_has_52_teeth_with_five_surfaces_each() -> None:
    assert len(teeth()) == 52
    assert all(len(tooth.surfaces) == 5 for tooth in teeth().values())
    assert teeth()["36"].surfaces == ("M", "D", "B", "L", "O")
    assert "I" in teeth()["11"].surfaces


def test_a_tooth_chart_reads_shorthand_with_other_names_of_surfaces() -> None:
    found = making.typed(TOOTH, "36：mo=caries；11=missing；36:V+filling", TOOTH.settings({}))
    assert found == {
        "teeth": {
            "11": {"status": "missing"},
            "36": {
                "surfaces": {"M": ["caries"], "O": ["caries"]},
                "plan": [{"code": "filling", "surfaces": ["B"]}],
            },
        }
    }


def test_a_list_shows_a_tooth_chart_in_a_few_letters() -> None:
    found = making.typed(TOOTH, "36:MO=caries; 11=missing", TOOTH.settings({}))
    assert short(found) == "11, 36-MO"


def test_a_primary_tooth_is_refused_in_a_permanent_dentition() -> None:
    _, problems = making.given(
        TOOTH, {"teeth": {"55": {"mobility": 1}}}, TOOTH.settings({"dentition": "permanent"})
    )
    assert codes_of(problems) == {"tooth_chart.other_dentition"}


def test_the_item_table_finds_planned_implants() -> None:
    config = TOOTH.settings({})
    value, _ = making.given(TOOTH, {"teeth": {"36": {"status": "missing", "plan": ["implant"]}}}, config)
    assert ("36", 3, None, "implant", "plan") in list(TOOTH.items(value, config))


def test_every_surface_has_its_place_in_the_order() -> None:
    assert {surface for tooth in teeth().values() for surface in tooth.surfaces} == set(SURFACES)


figures = st.lists(st.none() | st.integers(0, 15), min_size=6, max_size=6)
marks = st.lists(st.none() | st.integers(0, 1), min_size=6, max_size=6)
perio_teeth = st.fixed_dictionaries(
    {},
    optional={
        "pd": figures,
        "rec": st.lists(st.none() | st.integers(-5, 15), min_size=6, max_size=6),
        "bop": marks,
        "plaque": marks,
        "mobility": st.integers(0, 3),
        "implant": st.booleans(),
    },
)


@settings(max_examples=100, deadline=None)
@given(found=st.dictionaries(st.sampled_from(["11", "16", "24", "36", "48"]), perio_teeth, max_size=4))
def test_any_perio_chart_is_taken_and_its_text_reads_back(found: dict[str, Any]) -> None:
    config = PERIO.settings({})
    value, problems = making.given(PERIO, {"teeth": found}, config)
    assert problems == []
    if value is not None:
        assert making.typed(PERIO, PERIO.to_text(value, config), config) == value


def test_the_summary_counts_only_the_sites_that_were_looked_at() -> None:
    chart = {
        "teeth": {
            "16": {
                "pd": [3, 4, 6, None, None, None],
                "bop": [1, 0, None, None, None, None],
                "rec": [0, 1, -1, None, None, None],
            }
        }
    }
    assert summary(chart) == {
        "teeth": 1,
        "sites": 3,
        "bop": 0.5,
        "pd_mean": 4.33,
        "pd_max": 6,
        "cal_mean": 4.33,
        "deep4": 2,
        "deep6": 1,
    }


def test_a_perio_summary_cannot_be_forged() -> None:
    config = PERIO.settings({})
    value, _ = making.given(PERIO, {"teeth": {"16": {"pd": [3] * 6}}, "summary": {"bop": 0.99}}, config)
    assert value["summary"] == {
        "teeth": 1,
        "sites": 6,
        "pd_mean": 3.0,
        "pd_max": 3,
        "cal_mean": 3.0,
        "deep4": 0,
        "deep6": 0,
    }


def test_a_perio_chart_has_one_item_row_a_site() -> None:
    config = PERIO.settings({})
    value, _ = making.given(PERIO, {"teeth": {"16": {"pd": [3] * 6}}}, config)
    assert [row[1] for row in PERIO.items(value, config)] == list(SITES)


def test_body_mass_index_is_worked_out_and_not_believed() -> None:
    vitals = CONTROLS.get("vitals")
    value, _ = making.given(vitals, {"weight": 60, "height": 165, "bmi": 99}, vitals.settings({}))
    assert value["bmi"] == 22.0


def test_blood_pressure_is_read_as_people_write_it() -> None:
    vitals = CONTROLS.get("vitals")
    found = making.typed(vitals, "血压120/80，心率=72", vitals.settings({}))
    assert found == {"bp_sys": 120, "bp_dia": 80, "hr": 72}
