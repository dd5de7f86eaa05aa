"""The shipped metrics, reports and dashboards: all that the clinics were promised, and each opens for whom it is meant."""

from pathlib import Path
from typing import Any

import pytest

from engine.access.actor import system_actor
from engine.definitions import load_template
from engine.problems import Rejected
from form_engine.compile import compile_app
from form_engine.plan import AppPlan
from report_engine.chart import CHARTS
from report_engine.pipeline import bound_report
from report_engine.table import Table
from tests.templates.conftest import Practice
from tests.templates.reporting import NOW, ZONE, asked, data_of
from tests.templates.test_roles import ROLES

METRICS = """leads valid_rate contact_rate first_response timely_rate invite_rate visit_rate arrive_rate deal_rate lead_conv funnel
conv_cycle paid receivable consumed prepaid_liability debt ticket item_share discount_rate new_customers total_customers
active_customers revisit_rate repurchase_rate churn_rate referral_rate cost_per_lead cost_per_visit cac roi ltv noshow_rate
cancel_rate peak_hours utilization doctor_output sessions_left_value postop_coverage postop_abnormal satisfaction
complaint_rate consent_gap stock_turn expiry_risk target_rate gross_profit partner_profit""".split()
"""Those of courses and of how treatments help (course_completion, improvement) come with the acupuncture clinic."""

REPORTS = {
    "线索": {
        "线索转化率": ["lead_conversion"], "销售漏斗": ["lead_funnel", "lead_funnel_by_channel"], "渠道分析": ["channel_analysis"],
        "渠道ROI": ["channel_roi", "channel_roi_months", "channel_attribution"], "文章/内容归因": ["content_attribution"], "二级渠道": ["sub_channels"],
        "流失原因": ["lost_reasons", "lost_by_step"], "首响与及时率": ["response_timeliness"], "公海流转": ["pool_flow"],
    },
    "业绩": {
        "员工业绩排行": ["staff_ranking"], "咨询师漏斗": ["consultant_funnel"], "项目成交额": ["item_sales"], "项目占比": ["item_mix"],
        "医生产值": ["doctor_ranking"], "分院业绩核算": ["branch_accounts"], "合伙人分润": ["partner_shares"],
        "提成明细": ["commission_detail"], "目标完成": ["target_progress"],
    },
    "客户": {
        "新增/总数/活跃": ["customer_growth", "active_card"], "复诊率": ["revisit_cohorts", "revisit_by_month"], "复购率": ["repurchase"],
        "流失率": ["churn", "churn_by_cycle"], "RFM分层": ["rfm_groups", "rfm_moves"], "高价值客户画像": ["high_value_ages", "high_value_regions", "high_value_sources", "high_value_items"],
        "标签分布": ["tag_spread"], "生命周期": ["lifecycle"], "亲友裂变": ["referral_tree"],
    },
    "预约": {
        "渠道来源": ["appointment_sources"], "爽约率": ["noshow_by_lead_time", "noshow_heat"], "高峰时段": ["peak_hours"],
        "椅位/床位利用率": ["room_utilization", "room_heat", "room_week_heat", "chair_heat"], "医生饱和度": ["doctor_saturation"],
    },
    "财务": {
        "收入分析": ["revenue_by_day", "revenue_by_month", "revenue_by_item_doctor"], "收款方式": ["payment_methods"], "欠款": ["debts"],
        "退款": ["refunds"], "预收与消耗": ["prepaid"], "卡项": ["cards_sold"], "日结": ["daily_closing"],
    },
    "运营": {
        "回访情况": ["followup_status"], "话务": ["call_work"], "满意度/NPS": ["satisfaction_scores"], "投诉": ["complaint_kinds"],
        "术后覆盖": ["postop_calls"], "SOP执行": ["sop_progress"],
    },
    "医疗": {
        "诊断分布": ["diagnoses"], "治疗量": ["treatments"], "不良事件": ["adverse_events"], "疗效": ["implant_outcomes"],
        "同意书缺失": ["consent_gaps"],
    },
    "库存": {
        "库存": ["stock_now"], "近效期": ["expiring"], "耗材成本占比": ["material_share"], "批次追溯": ["batch_trace", "batch_patients"],
    },
    "趋势": {"按月同比环比": ["trend_compare"], "季节性": ["seasonality", "season_peaks"], "预测": ["revenue_forecast", "pipeline_forecast"]},
}  # fmt: skip
DASHBOARDS = {
    "group": ["paid_card", "gross_profit_card", "new_customers_card", "lead_funnel", "branch_ranking", "channel_roi", "item_mix", "prepaid_card", "revenue_forecast"],
    "branch": ["today_due_card", "today_board", "paid_card", "lead_funnel", "consultant_ranking", "doctor_ranking", "timely_card", "cost_per_visit_card", "room_heat", "postop_card", "debt_card", "expiring", "low_stock", "chair_heat", "results_by_level"],
    "personal": ["my_tasks", "my_funnel", "my_credit_card", "my_timely_card", "hot_leads_idle", "my_appointments", "my_birthdays", "postop_abnormal_list"],
    "personal_doctor": ["my_visits_card", "doctor_output_card", "my_revisit_card"],
    "personal_service": ["postop_card", "satisfaction_card"],
    "team": ["consultant_funnel"],
    "marketing": ["channel_roi", "content_attribution", "lead_cost_card", "roi_card", "results_by_level"],
}  # fmt: skip
GRID = 24


def test_every_metric_of_the_dictionary_is_there_and_says_what_it_means(dental: AppPlan) -> None:
    metrics = dental.app.of("metrics")
    assert [key for key in METRICS if key not in metrics] == []
    silent = [
        key
        for key, one in metrics.items()
        if not all(one.get("description", {}).get(lang) for lang in ("zh", "en"))
    ]
    assert silent == []


@pytest.mark.parametrize("group", REPORTS)
def test_every_report_of_a_group_is_there(dental: AppPlan, group: str) -> None:
    reports = dental.app.of("reports")
    wanted = [key for keys in REPORTS[group].values() for key in keys]
    assert [key for key in wanted if key not in reports] == []


@pytest.mark.parametrize("board", DASHBOARDS)
def test_every_dashboard_shows_what_it_is_for(dental: AppPlan, board: str) -> None:
    cells = [cell.get("report") for cell in dental.app.of("dashboards")[board]["cells"]]
    assert [key for key in DASHBOARDS[board] if key not in cells] == []


def test_cells_of_dashboards_stand_beside_each_other(dental: AppPlan) -> None:
    for board in dental.app.of("dashboards").values():
        taken: dict[tuple[int, int], str] = {}
        for cell in board["cells"]:
            x, y, width, height = cell["at"]
            assert x + width <= GRID
            for place in ((a, b) for a in range(x, x + width) for b in range(y, y + height)):
                assert taken.setdefault(place, cell["key"]) == cell["key"], (board["key"], cell["key"])


def test_whoever_has_a_dashboard_may_open_most_of_it(dental: AppPlan) -> None:
    reports = dental.app.of("reports")
    for board in dental.app.of("dashboards").values():
        for role in board.get("roles", ()):
            asked = [cell["report"] for cell in board["cells"] if "report" in cell]
            seen = [key for key in asked if role in reports[key].get("roles", (role,))]
            assert len(seen) * 2 >= len(asked), (board["key"], role)


def test_every_metric_can_be_asked_for(dental: AppPlan) -> None:
    data = data_of(dental)
    for key in dental.app.of("metrics"):
        report = {"key": key, "name": {"zh": key, "en": key}, "kind": "aggregate", "measures": [key]}
        assert bound_report(report, data, NOW, ZONE, None).measures[0].name["zh"]


def test_every_metric_that_rules_are_offered_can_be_asked_for(dental: AppPlan) -> None:
    data, metrics = data_of(dental), dental.app.of("metrics")
    offered = [one["key"] for one in dental.app.of("lists")["metrics"]["options"]]
    assert offered
    assert [key for key in offered if key not in metrics] == []
    for key in offered:
        report = {"key": key, "name": {"zh": key, "en": key}, "kind": "aggregate", "measures": [key]}
        assert [one.key for one in bound_report(report, data, NOW, ZONE, None).measures] == [key]


def opened(practice: Practice, role: str) -> tuple[dict[str, Table], dict[str, Any]]:
    """Return the tables of all reports that a role may open, and what was refused."""
    tables: dict[str, Table] = {}
    refused: dict[str, Any] = {}
    actor = practice.actor(role)
    for key, report in practice.plan.app.of("reports").items():
        if role in report.get("roles", (role,)):
            try:
                tables[key] = asked(practice.service, practice.plan, actor, report)
            except Rejected as wrong:
                refused[key] = [p.message("en") for p in wrong.problems]
    return tables, refused


@pytest.mark.parametrize("role", ROLES)
def test_every_report_opens_for_whom_it_is_meant_and_can_be_drawn(practice: Practice, role: str) -> None:
    tables, refused = opened(practice, role)
    assert refused == {}
    reports = practice.plan.app.of("reports")
    for key, table in tables.items():
        given = dict(reports[key]["chart"])
        chart = CHARTS.get(given.pop("kind"))
        config = chart.settings(given, table)
        assert list(chart.check(config, table, "")) == [], key
        assert chart.figure(config, table, "zh")["kind"] == chart.kind


def test_no_report_is_for_nobody_and_every_role_with_a_dashboard_has_reports(dental: AppPlan) -> None:
    reports = dental.app.of("reports")
    assert [key for key, one in reports.items() if one.get("roles") == []] == []
    for board in dental.app.of("dashboards").values():
        for role in board["roles"]:
            assert any(role in one.get("roles", ()) for one in reports.values()), role


@pytest.mark.parametrize("profile", ["lite", "standard"])
def test_smaller_clinics_have_boards_without_holes_and_reports_that_stand(
    repository: Path, profile: str
) -> None:
    app = load_template(repository / "templates" / "dental", profile)
    reports, plan = app.of("reports"), compile_app(app)
    assert all(board["cells"] for board in app.of("dashboards").values())
    cells = [cell for board in app.of("dashboards").values() for cell in board["cells"]]
    assert {cell["report"] for cell in cells if "report" in cell} <= set(reports)
    assert {option["key"] for option in app.of("lists")["metrics"]["options"]} <= set(app.of("metrics"))
    for report in reports.values():
        assert bound_report(report, data_of(plan), NOW, ZONE, None).kind == report["kind"]


@pytest.mark.parametrize("key", ["sessions_left_value", "debt"])
def test_what_says_it_of_the_past_comes_to_the_same_today(practice: Practice, key: str) -> None:
    metric = practice.plan.app.of("metrics")[key]
    past = {"key": "past", "name": {"zh": "往", "en": "Past"}, "formula": metric["past"], "format": "money"}
    report = {"key": "q", "name": {"zh": "问", "en": "Q"}, "kind": "aggregate", "measures": [key, past]}
    boss = system_actor("dental", zone=ZONE)
    table = asked(practice.service, practice.plan, boss, {**report, "by": [{"role": "branch"}]})
    assert len(table.rows) > 1
    for row in table.rows:
        assert (row[table.at(key)] or 0) == row[table.at("past")]
