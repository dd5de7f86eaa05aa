/** A bar that leaves the screen with the tasks it sent says all the same how they went. */

import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

let waiting = ["extraction"];
let answerSlowly = () => {};

vi.mock("../../src/api/client", () => ({
  request: async () => {
    waiting = [];
    return { results: [{ ok: true, problems: [] }] };
  },
}));

test("what became of many tasks is told although their rows are gone", async () => {
  const { useActMany } = await import("../../src/api/tasks");
  const told = vi.fn();
  const Bar = () => {
    const many = useActMany();
    const send = () =>
      many.mutate({ items: [], action: "complete", values: {}, key: "1" }, { onSuccess: told });
    return (
      <button type="button" onClick={send}>
        approve
      </button>
    );
  };
  const List = () => {
    const { data } = useQuery({ queryKey: ["tasks", "list"], queryFn: async () => waiting });
    // Another part of the screen, whose new answer comes later than that of the list.
    useQuery({
      queryKey: ["workbench"],
      queryFn: () => (waiting.length ? 1 : new Promise<number>((done) => (answerSlowly = () => done(2)))),
    });
    return data?.length ? <Bar /> : <p>none</p>;
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <List />
    </QueryClientProvider>,
  );
  const bar = await screen.findByRole("button");
  act(() => bar.click());
  await waitFor(() => screen.getByText("none"));
  await act(async () => answerSlowly());
  expect(told).toHaveBeenCalledOnce();
});
