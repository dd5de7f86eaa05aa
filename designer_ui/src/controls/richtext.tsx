import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { Html, plainOf } from "./parts/html";
import type { RichConfig } from "./parts/lines";

const view: ControlView<string, RichConfig> = {
  kind: "richtext",
  Input: lazy(() => import("./heavy/RichTextInput")),
  Cell: ({ value }) => <span className="ctl-clip">{value ? plainOf(value) : null}</span>,
  Detail: ({ value }) => <Html html={value ?? ""} />,
  wide: true,
};

export default view;
