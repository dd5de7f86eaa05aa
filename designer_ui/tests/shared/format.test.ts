/** How values look. */

import { describe, expect, it } from "vitest";
import type { FieldPlan } from "../../src/api/types";
import {
  BLANK,
  formatAgo,
  formatDay,
  formatInstant,
  formatMoney,
  formatNumber,
  formatPercent,
  formatShare,
  formatSpan,
  formatValue,
  groupDigits,
  instantOf,
  localDay,
  localTime,
} from "../../src/shared/format";

const SHANGHAI = "Asia/Shanghai";
const NOW = new Date("2026-03-06T02:00:00Z");

describe("money", () => {
  it("has a yen sign, thousands and two places", () => {
    expect(formatMoney("1234.50")).toBe("¥1,234.50");
    expect(formatMoney("0.00")).toBe("¥0.00");
    expect(formatMoney("-120.5")).toBe("-¥120.50");
  });

  it("keeps every digit of sums beyond what a float holds", () => {
    expect(formatMoney("90071992547409931.25")).toBe("¥90,071,992,547,409,931.25");
  });

  it("a blank or a wrong text is a dash", () => {
    expect(formatMoney(null)).toBe(BLANK);
    expect(formatMoney("abc")).toBe(BLANK);
  });
});

describe("numbers", () => {
  it("group whole digits only", () => {
    expect(groupDigits("1234567.1234567")).toBe("1,234,567.1234567");
    expect(formatNumber(0)).toBe("0");
    expect(formatPercent("0.06")).toBe("6%");
    expect(formatPercent("0.1234")).toBe("12.34%");
    expect(formatPercent("0.369")).toBe("36.90%");
    expect(formatShare(10 / 419)).toBe("2.40%");
    expect(formatShare(1)).toBe("100%");
    expect(formatShare(null)).toBe("–");
  });
});

describe("times", () => {
  it("are told by the wall clock of the branch", () => {
    expect(formatInstant("2026-03-05T06:30:00Z", "zh", SHANGHAI, NOW)).toBe("3月5日 周四 14:30");
    expect(formatInstant("2026-03-05T06:30:00Z", "en", SHANGHAI, NOW)).toBe("Thu 5 Mar 14:30");
  });

  it("say the year when it is another one", () => {
    expect(formatDay("2025-12-31", "zh", "2026-03-06")).toBe("2025年12月31日");
    expect(formatDay("2025-12-31", "zh", "2026-03-06", "always")).toBe("2025年12月31日 周三");
  });

  it("as spans say the year once, and nothing for an open end", () => {
    const today = "2026-03-06";
    expect(formatSpan("2026-03-01", "2026-03-31", "zh", today)).toBe("3月1日 – 3月31日");
    expect(formatSpan("2025-11-01", "2025-11-30", "zh", today)).toBe("2025年11月1日 – 11月30日");
    expect(formatSpan("2025-12-20", "2026-01-05", "zh", today)).toBe("2025年12月20日 – 1月5日");
    expect(formatSpan("2026-03-01", "", "en", today)).toBe("1 Mar – …");
    expect(formatSpan("2026-03-05", "2026-03-05", "zh", today)).toBe("3月5日 周四");
  });

  it("keep the hour on days when the clocks change", () => {
    expect(localTime("2026-03-08T06:30:00Z", "America/New_York")).toBe("01:30");
    expect(localTime("2026-03-08T07:30:00Z", "America/New_York")).toBe("03:30");
  });

  it("midnight belongs to the new day", () => {
    expect(localDay("2026-03-05T16:00:00Z", SHANGHAI)).toBe("2026-03-06");
    expect(localTime("2026-03-05T16:00:00Z", SHANGHAI)).toBe("00:00");
  });

  it("come back as the instant they came from", () => {
    for (const zone of [SHANGHAI, "America/New_York", "Asia/Kolkata"]) {
      const instant = "2026-07-01T05:15:00.000Z";
      expect(instantOf(localDay(instant, zone), localTime(instant, zone), zone)).toBe(instant);
    }
  });

  it("a broken time is a dash, never Invalid Date", () => {
    expect(formatInstant("soon", "zh")).toBe(BLANK);
    expect(formatDay("", "zh", "2026-03-06")).toBe(BLANK);
  });
});

describe("how long ago", () => {
  const ago = (at: string) => formatAgo(at, "zh", SHANGHAI, NOW);

  it("speaks in the nearest unit", () => {
    expect(ago("2026-03-06T01:59:30Z")).toBe("刚刚");
    expect(ago("2026-03-06T01:30:00Z")).toBe("30 分钟前");
    expect(ago("2026-03-05T23:00:00Z")).toBe("3 小时前");
    expect(ago("2026-03-03T02:00:00Z")).toBe("3 天前");
    expect(ago("2026-03-08T02:00:00Z")).toBe("2 天后");
  });

  it("becomes the date after a month", () => {
    expect(ago("2026-01-01T02:00:00Z")).toBe("1月1日 周四");
  });
});

describe("any value as text", () => {
  const look = {
    lang: "zh" as const,
    zone: SHANGHAI,
    labels: { customer: { c1: "张三" } },
    today: "2026-03-06",
  };
  const field = (valueType: string, config = {}): FieldPlan => ({
    key: "f",
    control: valueType,
    value_type: valueType,
    label: {},
    config,
    level: "read",
  });

  it("blanks are a dash; zero and no are not blank", () => {
    expect(formatValue(null, field("text"), look)).toBe(BLANK);
    expect(formatValue([], field("choices"), look)).toBe(BLANK);
    expect(formatValue(0, field("integer"), look)).toBe("0");
    expect(formatValue(false, field("boolean"), look)).toBe("否");
  });

  it("links show the name, never the id", () => {
    expect(formatValue("c1", field("reference", { to: "customer" }), look)).toBe("张三");
    expect(formatValue("c9", field("reference", { to: "customer" }), look)).toBe(BLANK);
  });

  it("choices show their label", () => {
    const options = [{ key: "a", label: { zh: "种植", en: "Implant" } }];
    expect(formatValue(["a"], field("choices", { options }), look)).toBe("种植");
  });
});
