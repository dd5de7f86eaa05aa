import type { Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { PairList } from "./parts/PairList";

const view: ControlView<{ taken_at?: string; values?: { [path: string]: Json } }> = {
  kind: "snapshot",
  Cell: ({ value }) => (
    <span className="ctl-clip">
      {Object.values(value?.values ?? {})
        .map(String)
        .join(" · ")}
    </span>
  ),
  Detail: ({ value }) => (
    <PairList
      pairs={Object.entries(value?.values ?? {}).map(([path, part]) => [
        path,
        typeof part === "object" ? JSON.stringify(part) : String(part),
      ])}
    />
  ),
};

export default view;
