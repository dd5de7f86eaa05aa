import { lazy } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import type { Words } from "../shared/words";

export interface GroupConfig {
  parts: { key: string; label: Words; type?: string }[];
  max_rows?: number;
}
export type GroupValue = readonly { readonly [part: string]: Json }[];

const view: ControlView<GroupValue, GroupConfig> = {
  kind: "repeat_group",
  Input: lazy(() => import("./heavy/GroupInput")),
  Cell: ({ value }) => (
    <span className="ctl-quiet">{useTranslation().t("ctl.rowCount", { count: value?.length ?? 0 })}</span>
  ),
  Detail: ({ value, config }) => (
    <div>
      {(value ?? []).map((row, place) => (
        <div key={place}>{config.parts.map((part) => String(row[part.key] ?? "–")).join(" · ")}</div>
      ))}
    </div>
  ),
  wide: true,
  structured: true,
};

export default view;
