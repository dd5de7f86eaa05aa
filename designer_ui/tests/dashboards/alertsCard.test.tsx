/** What is off now, as a dashboard shows it. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";
import type { AlertLine, AlertSaid } from "../../src/api/alerts";
import { AlertsCard } from "../../src/runtime/dashboards/AlertsCard";

const line = (open: string[]): AlertLine => ({
  rule: "r1",
  metric: "timely_rate",
  name: { zh: "跟进及时率" },
  condition: { zh: "低于 60%" },
  tells_me: true,
  is_seen: true,
  people: [],
  checked_at: null,
  next_at: "2026-03-05T00:00:00+00:00",
  open,
  groups: open.map((text) => ({
    key: text,
    text,
    known: null,
    is_open: true,
    times: 1,
    since: null,
    told_at: null,
    again_at: null,
  })),
  problem: null,
  link: { kind: "reports", key: "timely" },
});
const said: AlertSaid = {
  rule: "r1",
  name: { zh: "爽约率" },
  kind: "over",
  at: "2026-03-04T00:00:00+00:00",
  people: [],
  lines: ["总院：8%"],
};

const drawn = (alerts: AlertLine[], told: AlertSaid[]): string => {
  const client = new QueryClient();
  client.setQueryData(["alerts"], { alerts, told });
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <AlertsCard title="预警" />
      </MemoryRouter>
    </QueryClientProvider>,
  );
};

test("each group that is off stands under its rule, with a way to all alerts", () => {
  const text = drawn([line(["总院：50%"])], []);
  expect(text).toContain("跟进及时率");
  expect(text).toContain("总院：50%");
  expect(text).toContain('href="/alerts"');
});

test("where nothing is off it says so, which numbers are watched, and what was told of late stands below", () => {
  const text = drawn([line([])], [said]);
  expect(text).toContain("alert-calm");
  expect(text).toContain("跟进及时率");
  expect(text).toContain("低于 60%");
  expect(text).toContain("总院：8%");
});
