/** Leads of an invented clinic, the same on every run. */

export const staff: Record<string, string> = { u1: "王晓敏", u2: "李雨桐", u3: "赵志强" };

const SURNAMES = "王李张刘陈杨赵黄周吴".split("");
const GIVEN = [
  "伟",
  "芳",
  "娜",
  "秀英",
  "敏",
  "静",
  "强",
  "磊",
  "洋",
  "艳",
  "勇",
  "军",
  "杰",
  "欣怡",
  "子涵",
];
const STAGES = ["new", "contacted", "invited", "arrived", "won", "lost"];

const pick = <T>(list: readonly T[], at: number): T => {
  const found = list[at % list.length];
  if (found === undefined) throw new Error("empty list");
  return found;
};

export const leads = Array.from({ length: 320 }, (_, at) => ({
  id: `l${at}`,
  no: `LD-2611-${String(at + 1).padStart(5, "0")}`,
  revision: 1,
  name: pick(SURNAMES, at * 7) + pick(GIVEN, at * 3),
  phone: `138****${String(1000 + ((at * 37) % 9000))}`,
  channel_id: pick(["c1", "c2", "c3"], at),
  intent_items: at % 4 ? ["implant"] : ["ortho", "white"],
  stage: pick(STAGES, at * 5 + (at >> 3)),
  amount: at % 3 ? `${(at * 731) % 60000}.00` : null,
  next_followup_at: new Date(Date.UTC(2026, 10, 20 + (at % 6), 1 + (at % 9), 30)).toISOString(),
  owner_id: pick(["u1", "u2", "u3"], at),
  note: at % 5 ? null : "想了解种植牙价格，周末有空",
  allergies: [],
  created_at: new Date(Date.UTC(2026, 10, 1 + (at % 20), 3, 15)).toISOString(),
  _can: { edit: true, delete: true },
}));

const field = (
  key: string,
  control: string,
  valueType: string,
  zh: string,
  en: string,
  more: object = {},
) => ({
  key,
  control,
  value_type: valueType,
  label: { zh, en },
  config: {},
  level: "write",
  ...more,
});

const options = (pairs: [string, string, string, string?][]) =>
  pairs.map(([key, zh, en, color]) => ({ key, label: { zh, en }, color }));

export const leadPlan = {
  key: "lead",
  name: { zh: "线索", en: "Lead" },
  icon: "filter",
  title_field: "name",
  fields: [
    field("name", "person_name", "text", "姓名", "Name", { required: true }),
    field("phone", "mobile", "text", "手机", "Mobile", { level: "masked", mask: "phone" }),
    field("channel_id", "link", "reference", "来源渠道", "Channel", {
      config: { to: "channel" },
      required: true,
    }),
    field("intent_items", "multiselect", "choices", "意向项目", "Wanted", {
      config: {
        options: options([
          ["implant", "种植", "Implant", "blue"],
          ["ortho", "正畸", "Braces", "green"],
          ["white", "美白", "Whitening", "gold"],
        ]),
      },
    }),
    field("stage", "stage", "choice", "阶段", "Stage", {
      config: {
        stages: options([
          ["new", "新线索", "New", "blue"],
          ["contacted", "已联系", "Contacted", "cyan"],
          ["invited", "邀约到店", "Invited", "gold"],
          ["arrived", "已到诊", "Arrived", "orange"],
          ["won", "已成交", "Won", "green"],
          ["lost", "流失", "Lost", "default"],
        ]),
      },
    }),
    field("amount", "money", "money", "预计金额", "Expected"),
    field("next_followup_at", "datetime", "datetime", "下次跟进", "Next call"),
    field("note", "textarea", "text", "备注", "Note"),
    field("allergies", "tags", "choices", "过敏史", "Allergies", {
      config: { options: options([["penicillin", "青霉素", "Penicillin"]]) },
    }),
  ],
  system: [],
  rules: [],
  layout: [
    {
      key: "basic",
      section: { zh: "基本信息", en: "Basics" },
      columns: 2,
      items: ["name", "phone", "channel_id", "stage"],
    },
    {
      key: "want",
      section: { zh: "意向", en: "Interest" },
      columns: 2,
      items: ["intent_items", "amount", "next_followup_at", "note"],
    },
  ],
  views: [
    {
      key: "all",
      kind: "table",
      name: { zh: "全部", en: "All" },
      columns: [
        "name",
        "phone",
        "channel_id",
        "intent_items",
        "stage",
        "amount",
        "next_followup_at",
        "owner_id",
        "created_at",
      ],
      sort: ["-created_at"],
      totals: { amount: "sum" },
    },
    {
      key: "board",
      kind: "kanban",
      name: { zh: "看板", en: "Board" },
      by: "stage",
      card: ["name", "channel_id", "intent_items", "next_followup_at"],
      totals: { amount: "sum" },
    },
    {
      key: "calendar",
      kind: "calendar",
      name: { zh: "日历", en: "Calendar" },
      start: "next_followup_at",
      resource: "owner_id",
      card: ["name", "stage"],
    },
    {
      key: "byStaff",
      kind: "table",
      name: { zh: "按咨询师", en: "By consultant" },
      columns: ["name", "phone", "stage", "amount"],
      group: "owner_id",
      totals: { amount: "sum" },
    },
  ],
  page: {
    header: ["phone", "stage", "channel_id", "owner_id", "next_followup_at"],
    banner: "allergies",
    tabs: [
      { key: "timeline", kind: "timeline", name: { zh: "时间轴", en: "Timeline" } },
      { key: "form", kind: "form", name: { zh: "资料", en: "Details" } },
      {
        key: "same",
        kind: "related",
        name: { zh: "同渠道线索", en: "Same channel" },
        form: "lead",
        by: "channel_id",
        columns: ["name", "stage", "amount"],
        add: true,
      },
    ],
  },
  verbs: { view: true, create: true, edit: true, delete: true, import: true, export: true, bulk_edit: true },
};
