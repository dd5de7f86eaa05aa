/** A small stand-in for the server: enough of the contract to draw every screen. */

import { isObject, type Json } from "../../src/shared/json";
import { leadPlan, leads, staff } from "./data";

interface Answer {
  status: number;
  json: unknown;
}

let signedIn = true;

const me = {
  user: {
    id: "u1",
    name: "王晓敏",
    login: "consultant",
    lang: "zh",
    theme: "system",
    roles: [{ key: "consultant", name: { zh: "咨询师", en: "Consultant" } }],
  },
  workspace: { key: "demo", name: { zh: "悦齿口腔", en: "Joy Dental" } },
  branches: [
    { id: "b1", name: "悦齿口腔 西湖店", short_name: "西湖店" },
    { id: "b2", name: "悦齿口腔 滨江店", short_name: "滨江店" },
  ],
  branch_id: "b1",
  rights: { reveal: { daily: 50 }, bulk_edit: true },
  app: {
    key: "dental",
    name: { zh: "口腔诊所", en: "Dental clinic" },
    brand: { color: "teal" },
    words: {},
    version: 1,
  },
};

const app = {
  pages: [
    { key: "workbench", name: { zh: "工作台", en: "Workbench" }, icon: "home", order: 1, kind: "workbench" },
    {
      key: "leads",
      name: { zh: "线索中心", en: "Leads" },
      icon: "filter",
      order: 2,
      kind: "views",
      tabs: [
        { key: "all", name: { zh: "全部线索", en: "All" }, form: "lead", view: "all" },
        { key: "board", name: { zh: "跟进看板", en: "Board" }, form: "lead", view: "board" },
        { key: "calendar", name: { zh: "跟进日历", en: "Calendar" }, form: "lead", view: "calendar" },
        { key: "byStaff", name: { zh: "按咨询师", en: "By consultant" }, form: "lead", view: "byStaff" },
      ],
    },
  ],
  forms: [
    {
      key: "lead",
      name: { zh: "线索", en: "Lead" },
      icon: "filter",
      verbs: leadPlan.verbs,
      title_field: "name",
    },
  ],
  lists: {},
};

const labels = { user: staff, channel: { c1: "抖音", c2: "美团", c3: "老客推荐" } };

type Lead = (typeof leads)[number];

const filtered = (body: Json | undefined): Lead[] => {
  const items =
    isObject(body) && isObject(body.filter) && Array.isArray(body.filter.items)
      ? body.filter.items.filter(isObject)
      : [];
  const search = isObject(body) && typeof body.search === "string" ? body.search : "";
  return leads.filter(
    (lead) =>
      (search === "" || lead.name.includes(search)) &&
      items.every(
        (item) =>
          item.op !== "in" ||
          !Array.isArray(item.value) ||
          item.value.includes(String(Reflect.get(lead, String(item.field)))),
      ),
  );
};

const groups = (body: Json | undefined) => {
  const by = isObject(body) && typeof body.by === "string" ? body.by : "stage";
  const counts = new Map<string, number>();
  for (const lead of filtered(body)) {
    const value = String(Reflect.get(lead, by));
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({
    value,
    label: labels.user[value] ?? value,
    count,
    totals: { amount: `${count * 3200}.00` },
  }));
};

const record = (id: string) => ({
  record: leads.find((lead) => lead.id === id),
  labels,
  can: { edit: true, delete: true, reveal: true },
  masked: ["phone"],
  title: leads.find((lead) => lead.id === id)?.name ?? "",
});

export const answer = (method: string, path: string, given: unknown): Answer => {
  const body: Json | undefined = JSON.parse(JSON.stringify(given ?? null));
  const ok = (json: unknown): Answer => ({ status: 200, json });
  const [where = ""] = path.split("?");
  if (where === "/api/session") {
    signedIn = method === "POST";
    return ok(me);
  }
  if (where === "/api/workspaces/public")
    return ok([
      {
        key: "demo",
        name: me.workspace.name,
        brand: { color: "teal" },
        demo_logins: [
          { login: "director", name: "陈建国", role: { zh: "院长", en: "Director" } },
          { login: "consultant", name: "王晓敏", role: { zh: "咨询师", en: "Consultant" } },
        ],
      },
    ]);
  if (!signedIn) return { status: 401, json: { status: 401, problems: [] } };
  if (where === "/api/me") return ok(me);
  if (where === "/api/app") return ok(app);
  if (where === "/api/forms/lead") return ok(leadPlan);
  if (where.endsWith("/query")) {
    const rows = filtered(body);
    const start = isObject(body) && typeof body.cursor === "string" ? Number(body.cursor) : 0;
    const limit = isObject(body) && typeof body.limit === "number" ? body.limit : 100;
    return ok({
      records: rows.slice(start, start + limit),
      labels,
      cursor: start + limit < rows.length ? String(start + limit) : null,
      count: { value: rows.length, exact: true },
    });
  }
  if (where.endsWith("/groups")) return ok({ groups: groups(body) });
  if (where.endsWith("/aggregate")) return ok({ totals: { amount: "1234567.50" } });
  const one = /\/records\/([^/]+)(\/.*)?$/.exec(where);
  if (one?.[1]) {
    if (one[2] === "/history")
      return ok([
        {
          at: "2026-11-20T03:00:00Z",
          by: "u1",
          cause: "user",
          changes: [{ field: "stage", old: "new", new: "contacted" }],
        },
      ]);
    if (one[2] === "/timeline")
      return ok({
        items: [
          {
            id: one[1],
            form: "lead",
            at: "2026-11-21T06:30:00Z",
            title: "电话沟通",
            detail: "想了解种植牙价格",
            by_name: "王晓敏",
          },
        ],
        cursor: null,
      });
    if (one[2] === "/explain")
      return ok([{ verb: "view", allows: true, message: { zh: "本人负责的线索", en: "Own lead" } }]);
    if (one[2] === "/reveal") return ok({ value: "13800001234", left: 49 });
    const found = leads.find((lead) => lead.id === one[1]);
    if (method === "PATCH" && found && isObject(body) && isObject(body.values))
      Object.assign(found, body.values, { revision: found.revision + 1 });
    return found ? ok(record(one[1])) : { status: 404, json: { status: 404, problems: [] } };
  }
  if (where.includes("/options/")) return ok(Object.entries(staff).map(([id, label]) => ({ id, label })));
  if (where === "/api/search")
    return ok(
      leads.slice(0, 4).map((lead) => ({ form: "lead", id: lead.id, title: lead.name, detail: lead.phone })),
    );
  if (where === "/api/notifications")
    return ok([
      {
        id: "n1",
        at: "2026-11-22T01:00:00Z",
        body: { title: { zh: "新线索分配给您", en: "A new lead is yours" }, detail: "张伟 · 抖音" },
        read: false,
      },
    ]);
  if (where.endsWith("/saved-views")) return ok([]);
  if (where === "/api/workbench")
    return ok({
      sections: [
        {
          key: "calls",
          name: { zh: "待跟进线索", en: "To call" },
          form: "lead",
          columns: ["next_followup_at", "name", "channel_id", "stage"],
          records: leads.slice(0, 8),
          labels,
          count: 23,
        },
      ],
      numbers: [
        {
          key: "won",
          name: { zh: "本月成交", en: "Won this month" },
          value: "48200.00",
          format: "money",
          trend: 12,
        },
      ],
    });
  return ok(null);
};
