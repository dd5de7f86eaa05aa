import { describe, expect, it } from "vitest";
import { readIdCard } from "./idCard";

describe("a resident card number", () => {
  it("says the day of birth and the sex", () => {
    expect(readIdCard("11010519491231002X")).toEqual({ birth: "1949-12-31", sex: "female" });
    expect(readIdCard(" 11010519491231002x ")).toEqual({ birth: "1949-12-31", sex: "female" });
  });
  it("says nothing when a digit is mistyped, missing or the day does not exist", () => {
    expect(readIdCard("110105194912310021")).toBeNull();
    expect(readIdCard("1101051949")).toBeNull();
    expect(readIdCard("110105194902310027")).toBeNull();
    expect(readIdCard("E12345678")).toBeNull();
  });
});
