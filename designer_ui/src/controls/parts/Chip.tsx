/** A word with a colour: an option, a stage, a tag. A word without one stands plain. */

import type { ReactNode } from "react";
import { usePaint } from "./palette";
import "../controls.css";

export const Chip = ({ color, children }: { color?: string | null | undefined; children: ReactNode }) => {
  const paint = usePaint();
  return (
    <span className="ctl-chip">
      {color ? <i className="ctl-dot" style={{ background: paint(color) }} aria-hidden /> : null}
      {children}
    </span>
  );
};

export const Chips = ({
  items,
}: {
  items: readonly { key: string; label: string; color?: string | null }[];
}) => (
  <span className="ctl-chips">
    {items.map((item) => (
      <Chip key={item.key} color={item.color}>
        {item.label}
      </Chip>
    ))}
  </span>
);
