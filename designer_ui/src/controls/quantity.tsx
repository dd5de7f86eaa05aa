import { lazy } from "react";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";

export interface QuantityValue {
  value: string | number;
  unit: string;
}
export interface QuantityConfig {
  units: { unit: string; label?: Words; min?: number; max?: number }[];
  scale?: number;
}

const view: ControlView<QuantityValue, QuantityConfig> = {
  kind: "quantity",
  Input: lazy(() => import("./heavy/QuantityInput")),
  Cell: ({ value, config }) => {
    const say = useSay();
    const unit = config.units?.find((one) => one.unit === value?.unit);
    return (
      <span className="ctl-num">
        {value?.value} {unit?.label ? say(unit.label) : value?.unit}
      </span>
    );
  },
};

export default view;
