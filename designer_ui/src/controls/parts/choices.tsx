/** Choice controls: options as chips in lists. */

import { lazy } from "react";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { CellProps, ControlView } from "../../shared/kinds";
import { Chip, Chips } from "./Chip";

export interface ChoiceConfig {
  other?: boolean;
  look?: string;
  max_count?: number;
  depends_on?: string;
  new?: boolean;
  by_hand?: boolean;
  leaf_only?: boolean;
}

const OneCell = ({ value, field }: CellProps<string, ChoiceConfig>) => {
  const { say } = useControlHost();
  const option = optionsOf(field).find((one) => one.key === value);
  return <Chip color={option?.color}>{option ? say(option.label) : value}</Chip>;
};

const SeveralCell = ({ value, field }: CellProps<readonly string[], ChoiceConfig>) => {
  const { say } = useControlHost();
  const options = optionsOf(field);
  const items = (value ?? []).map((key) => {
    const option = options.find((one) => one.key === key);
    return { key, label: option ? say(option.label) : key, color: option?.color ?? null };
  });
  return <Chips items={items} />;
};

export const oneView = (kind: string, inSight = false): ControlView<string, ChoiceConfig> => ({
  kind,
  Input: inSight ? lazy(() => import("../heavy/RadioInput")) : lazy(() => import("../heavy/SelectInput")),
  Cell: OneCell,
});

export const severalView = (kind: string, inSight = false): ControlView<readonly string[], ChoiceConfig> => ({
  kind,
  Input: inSight
    ? lazy(() => import("../heavy/CheckboxesInput"))
    : lazy(() => import("../heavy/MultiSelectInput")),
  Cell: SeveralCell,
});

/** A path or an order: labels joined by a sign. */
export const joinedCell = (sign: string) => {
  const JoinedCell = ({ value, field }: CellProps<readonly string[], ChoiceConfig>) => {
    const { say } = useControlHost();
    const options = optionsOf(field);
    const labels = (value ?? []).map((key) => say(options.find((one) => one.key === key)?.label ?? key));
    return <span className="ctl-clip">{labels.join(sign)}</span>;
  };
  return JoinedCell;
};
