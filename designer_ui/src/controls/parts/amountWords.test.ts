import { expect, it } from "vitest";
import { ageText } from "./age";
import { amountInWords } from "./amountWords";
import { tidyMobile, tidyName } from "./tidy";

it.each([
  ["0", "零元整"],
  ["0.05", "伍分"],
  ["1.05", "壹元零伍分"],
  ["1203.50", "壹仟贰佰零叁元伍角整"],
  ["10005.08", "壹万零伍元零捌分"],
  ["1000500", "壹佰万零伍佰元整"],
  ["100020003.04", "壹亿零贰万零叁元零肆分"],
])("writes %s in capital figures", (amount, words) => {
  expect(amountInWords(amount)).toBe(words);
});

it("says a baby's age in days and a small child's in months", () => {
  expect(ageText("2026-03-01", "2026-03-11", "zh")).toBe("10天");
  expect(ageText("2025-01-15", "2026-03-11", "zh")).toBe("1岁1个月");
  expect(ageText("1990-05-01", "2026-03-11", "zh")).toBe("35岁");
});

it("keeps a mobile number as one number however it was typed", () => {
  expect(tidyMobile("＋86 138-0013 8000")).toBe("13800138000");
  expect(tidyName("张　三")).toBe("张三");
});
