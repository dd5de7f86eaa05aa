/** All alerts: who knows of what is off, and the one that somebody came for. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { beforeAll, expect, test, vi } from "vitest";
import type { AlertGroup, AlertLine, AlertSaid } from "../../src/api/alerts";
import { Alerts } from "../../src/runtime/dashboards/Alerts";
import { startI18n } from "../../src/shared/i18n";

vi.mock("../../src/runtime/shell/frame", () => ({ useFrame: () => ({ openRecord: () => undefined }) }));
vi.mock("../../src/shared/useNotify", () => ({ useNotify: () => ({ done: () => 0, failed: () => 0 }) }));

beforeAll(() => startI18n("zh"));

const group = (known: AlertGroup["known"], again_at: string | null): AlertGroup => ({
  key: "b1",
  text: "总院：50%",
  known,
  is_open: true,
  times: 2,
  since: null,
  told_at: "2026-03-04T00:00:00+00:00",
  again_at,
});
const rule = (name: string, groups: AlertGroup[]): AlertLine => ({
  rule: name,
  metric: "timely_rate",
  link: { kind: "reports", key: "timely" },
  name: { zh: name },
  condition: { zh: "低于 60%" },
  tells_me: true,
  is_seen: false,
  people: [],
  checked_at: null,
  next_at: "2026-03-05T00:00:00+00:00",
  open: groups.map((one) => one.text),
  groups,
  problem: null,
});
const known: AlertSaid = {
  rule: "及时率",
  name: { zh: "及时率" },
  kind: "known",
  at: "2026-03-04T00:00:00+00:00",
  people: ["杨萍", "王国强"],
  lines: ["总院：50%"],
  by_name: "杨萍",
  note: "周三开会定",
  until: null,
};
const told: AlertSaid = { ...known, rule: "爽约率", name: { zh: "爽约率" }, kind: "told" };

const drawn = (alerts: AlertLine[], said: AlertSaid[], asked: string | null = null): string =>
  renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <Alerts alerts={alerts} told={said} asked={asked} />
      </MemoryRouter>
    </QueryClientProvider>,
  );

test("what nobody knows of can be acknowledged, and every rule leads to its number", () => {
  const text = drawn([rule("及时率", [group(null, null)])], []);
  expect(text).toContain("知道了");
  expect(text).toContain('href="/reports/timely"');
});

test("who knows of it is named with his note, until when, and can take it back", () => {
  const by = { by: "u1", by_name: "杨萍", at: "2026-03-04T00:00:00+00:00", until: null, note: "周三开会定" };
  const text = drawn([rule("及时率", [group(by, null)])], [known]);
  expect(text).toContain("杨萍 已知悉 · 恢复正常为止 · 周三开会定");
  expect(text).toContain("撤回");
  expect(text).not.toContain("仍异常则再次提醒");
});

test("the rule that was asked for is marked, and what was told is of it alone", () => {
  const alerts = [rule("及时率", []), rule("爽约率", [])];
  const text = drawn(alerts, [known, told], "及时率");
  expect(text.match(/is-asked/g)).toHaveLength(1);
  expect(text.match(/alert-said/g)).toHaveLength(1);
  expect(drawn(alerts, [known, told]).match(/"alert-said"/g)).toHaveLength(2);
});
