"""The app of the form tests: enough of a clinic to meet every rule."""

from typing import Any

from form_engine.plan import AppPlan
from tests.form_engine.making import app, field, form, words

App = AppPlan


def options(*labels: str) -> list[dict[str, Any]]:
    return [{"key": f"o{at}", "label": words(label)} for at, label in enumerate(labels)]


STAGES = [
    {"key": "new", "label": {"zh": "新线索", "en": "New"}, "next": ["contacted", "lost"]},
    {"key": "contacted", "label": {"zh": "已联系", "en": "Contacted"}, "next": ["invited", "lost"]},
    {"key": "invited", "label": {"zh": "邀约到店", "en": "Invited"}, "next": ["arrived", "lost"]},
    {"key": "arrived", "label": {"zh": "已到诊", "en": "Arrived"}, "next": ["won", "lost"]},
    {"key": "won", "label": {"zh": "已成交", "en": "Won"}},
    {
        "key": "lost",
        "label": {"zh": "流失", "en": "Lost"},
        "next": ["contacted"],
        "requires": ["lost_reason"],
    },
]
ITEMS = [
    "种植牙", "正畸", "隐形矫正", "拔智齿", "补牙", "牙冠", "美白", "洗牙", "儿牙", "牙周",
    "小儿推拿", "三伏贴", "腰痛", "痛经", "失眠", "面瘫", "减重埋线", "颈椎病", "偏头痛", "肩周炎",
    "瘦脸针", "吸脂", "隆胸", "水光针", "热玛吉", "玻尿酸", "鼻综合", "眼综合", "皮秒", "双眼皮",
]  # fmt: skip
BUDGETS = [("lt5k", "5千以下"), ("5k_1w", "5千-1万"), ("1w_3w", "1-3万"), ("gt3w", "3万以上")]
IMPORT = {
    "fields": {
        "name": {"aliases": ["姓名", "客户姓名", "昵称", "称呼"], "clean": "name"},
        "phone": {"aliases": ["手机", "手机号", "联系电话", "联系方式"]},
        "wechat_id": {"aliases": ["微信", "wx"]},
        "gender": {"aliases": ["性别"], "clean": "gender", "values": {"F": "o1", "M": "o0", "先生": "o0", "女士": "o1"}},
        "channel_id": {
            "aliases": ["来源", "来源渠道", "平台", "渠道"], "find": ["name", "synonyms"], "fallback": "待确认",
            "values": {"抖 音": "抖音"},
        },
        "intent_items": {"aliases": ["意向项目", "咨询项目", "主诉/需求"]},
        "budget": {
            "aliases": ["预算", "心理价位"],
            "ranges": {"lt5k": [0, 5000], "5k_1w": [5000, 10000], "1w_3w": [10000, 30000], "gt3w": [30000, None]},
        },
        "intent_level": {"aliases": ["意向等级"], "values": {"高": "A", "中": "B", "低": "C"}},
        "stage": {
            "aliases": ["状态"],
            "values": {"已加微信": "contacted", "约好了": "invited", "已到店": "arrived", "成交": "won", "无效": "contacted"},
        },
        "owner_id": {"aliases": ["跟进人", "客服", "咨询师"]},
        "branch_id": {"aliases": ["分院", "门店"], "find": ["name", "short_name"], "fallback": "$branch"},
        "created_at": {"aliases": ["留资时间", "登记日期", "日期"]},
        "next_at": {"aliases": ["下次跟进"]},
        "city": {"aliases": ["城市"]},
    },
    "extras": [
        {"key": "age", "label": words("年龄"), "aliases": ["年龄"], "clean": "age", "to": "age_band",
         "ranges": {"young": [0, 34], "middle": [35, 59], "old": [60, 130]}},
        {"key": "last_note", "label": words("备注"), "aliases": ["备注", "跟进记录"],
         "child": {"form": "comm_log", "by": "lead_id", "field": "content", "at": "at", "split": True}},
    ],
    "match": [["phone"], ["wechat_id"]],
    "touch": {"form": "comm_log", "by": "lead_id", "values": {"content": "再次留资"}},
}  # fmt: skip

LEAD = form(
    "lead",
    field("name", "person_name", required=True, search="name"),
    field("phone", "mobile", required_if="ISBLANK({wechat_id})", mask="phone", search="phone", sensitive=True,
          unique={"on_clash": "refuse"}),
    field("wechat_id", "text"),
    field("gender", "radio", options=options("男", "女", "未知")),
    field("age_band", "select", options=[{"key": key, "label": words(key)} for key in ("young", "middle", "old")]),
    field("city"),
    field("channel_id", "link", to="channel", required=True),
    field("intent_items", "multiselect", options=options(*ITEMS)),
    field("budget", "select", options=[{"key": key, "label": words(label)} for key, label in BUDGETS]),
    field("intent_level", "select", options=[{"key": key, "label": words(key)} for key in "ABC"], default="B"),
    field("stage", "stage", stages=STAGES, default="new"),
    field("lost_reason", "select", options=options("价格", "距离"), visible_if='{stage} = "lost"'),
    field("next_at", "datetime"),
    field("score", "formula", formula='IF({intent_level} = "A", 40, 10)', format="integer"),
    field("talks", "rollup", of="comm_log", by="lead_id", aggregate="count"),
    field("channel_name", "lookup", path="channel_id.name"),
    title="{name}",
    number={"pattern": "LD-{YY}{MM}-{SEQ:5}", "reset": "month"},
    rules=[{"key": "closed", "when": '{stage} = "won"', "lock": True, "unlock": ["stage"]}],
    views=[
        {"key": "board", "kind": "kanban", "name": words("看板"), "by": "stage", "card": ["name", "channel_id"]},
        {"key": "mine", "kind": "table", "name": words("我的"), "filter": "OWN()", "columns": ["name", "phone", "stage"]},
    ],
    page={"tabs": [{"key": "timeline", "kind": "timeline", "of": ["comm_log", "appointment"]}],
          "actions": [{"key": "invite", "name": words("邀约"), "ask": ["next_at"], "set": {"stage": '"invited"'},
                       "visible_if": '{stage} = "contacted"'}]},
    **{"import": IMPORT},
)  # fmt: skip
CHANNEL = form(
    "channel",
    field("name", unique=True, required=True),
    field("parent", "link", to="channel"),
    field("synonyms"),
    title="{name}",
)
BRANCH = form("branch", field("name", required=True), field("short_name"), field("code"), title="{name}")
COMM_LOG = form(
    "comm_log",
    field("lead_id", "link", to="lead", on_delete="with"),
    field("content", "textarea", required=True),
    field("at", "datetime"),
    title="{content}",
)
APPOINTMENT = form(
    "appointment",
    field("lead_id", "link", to="lead", on_delete="restrict"),
    field("doctor", "text", required=True),
    field("start_at", "datetime", required=True),
    field("end_at", "datetime", required=True),
    field("status", "select", options=[{"key": key, "label": words(key)} for key in ("booked", "cancelled")], default="booked"),
    title="{doctor}",
    rules=[
        {"key": "no_double", "no_overlap": {"by": ["doctor"], "start": "start_at", "end": "end_at", "where": '{status} = "booked"'}},
        {"key": "order", "check": "{end_at} > {start_at}", "message": words("结束要晚于开始"), "at": "end_at"},
    ],
)  # fmt: skip
BILL = form(
    "bill",
    field("lead_id", "link", to="lead", on_delete="detach"),
    field("rate", "number", default="1"),
    field("items", "subtable", min_rows=1, fields=[
        field("item", required=True),
        field("qty", "integer", default=1),
        field("price", "money", required=True),
        field("amount", "formula", formula="{qty} * {price} * {form.rate}", format="money"),
    ]),
    field("total", "formula", formula="SUM({items.amount})", format="money"),
)  # fmt: skip

ROLES = {
    "manager": {
        "key": "manager", "name": words("店长"), "grants": {"*": {
            "view": "all", "create": "all", "edit": "all", "delete": "all", "export": "all", "fields": {"*": "write"}}},
        "masks": {"phone": "read"}, "rights": {"import": True, "export": True, "bulk_edit": True, "restore": True, "share": True},
    },
    "consultant": {
        "key": "consultant", "name": words("咨询师"),
        "grants": {
            "lead": {"view": "own", "create": "all", "edit": "own", "delete": "none",
                     "fields": {"phone": "write", "city": "none", "budget": "read", "*": "write"}},
            "channel": {"view": "all", "fields": {"*": "read"}},
            "comm_log": {"view": "own", "create": "all", "edit": "own", "fields": {"*": "write"}},
            "appointment": {"view": "all", "create": "all", "edit": "own", "fields": {"*": "write"}},
            "*": {"view": "none"},
        },
        "masks": {"phone": "read"}, "rights": {},
    },
    "market": {
        "key": "market", "name": words("市场"),
        "grants": {"lead": {"view": "all", "export": "all", "fields": {"*": "read"}}, "channel": {"view": "all", "fields": {"*": "read"}}, "*": {"view": "none"}},
        "masks": {"phone": "masked"}, "rights": {"reveal": {"daily": 2}, "export": True},
    },
}  # fmt: skip


def clinic_app() -> AppPlan:
    return app(LEAD, CHANNEL, BRANCH, COMM_LOG, APPOINTMENT, BILL, roles=ROLES)
