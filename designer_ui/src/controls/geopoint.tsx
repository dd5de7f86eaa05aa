import { lazy } from "react";
import type { ControlView } from "../shared/kinds";

export interface Point {
  lng: number;
  lat: number;
}

const view: ControlView<Point, { live?: boolean }> = {
  kind: "geopoint",
  Input: lazy(() => import("./heavy/PointInput")),
  Cell: ({ value }) => (
    <span className="ctl-num">{value ? `${value.lng.toFixed(5)}, ${value.lat.toFixed(5)}` : null}</span>
  ),
};

export default view;
