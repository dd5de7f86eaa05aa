import { lazy } from "react";
import type { ControlView } from "../shared/kinds";

export interface Place {
  code?: string;
  detail?: string;
}
export interface AddressConfig {
  level?: number;
  detail?: boolean;
}

const AddressText = lazy(() => import("./heavy/AddressText"));

const view: ControlView<Place, AddressConfig> = {
  kind: "address",
  Input: lazy(() => import("./heavy/AddressInput")),
  Cell: ({ value }) => <AddressText place={value} />,
  wide: true,
};

export default view;
