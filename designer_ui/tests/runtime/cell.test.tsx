/** A value inside a card that is itself a button. */

import { cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { Cell } from "../../src/runtime/list/Cell";
import { type ControlHost, ControlHostProvider } from "../../src/shared/host";
import { loadKinds } from "../../src/shared/kinds";

const host = { lang: "zh", zone: "Asia/Shanghai" } as ControlHost;
const city = {
  key: "city",
  control: "address",
  value_type: "structured",
  label: { zh: "城市" },
  level: "read" as const,
  config: {},
};

afterEach(cleanup);

describe("a value in a card", () => {
  it("is told in words where it holds several things, too", async () => {
    await loadKinds(["address"]);
    render(
      <ControlHostProvider value={host}>
        <Suspense fallback={null}>
          <Cell plain field={city} value={{ code: "3301" }} labels={{}} />
        </Suspense>
      </ControlHostProvider>,
    );
    expect(await screen.findByText("浙江省杭州市")).toBeTruthy();
  });
});
