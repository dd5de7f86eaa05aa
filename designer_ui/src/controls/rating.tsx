import { Rate } from "antd";
import type { ControlView } from "../shared/kinds";
import "./controls.css";

const SIGNS: Record<string, string> = { star: "★", heart: "♥", smile: "☻" };

const view: ControlView<number, { max: number; shape?: string }> = {
  kind: "rating",
  Input: ({ value, config, disabled, onChange }) => (
    <Rate
      count={config.max ?? 5}
      character={SIGNS[config.shape ?? "star"]}
      value={value ?? 0}
      disabled={disabled}
      onChange={(next) => onChange(next || null)}
    />
  ),
  Cell: ({ value, config }) => {
    const sign = SIGNS[config.shape ?? "star"] ?? "★";
    return (
      <span className="ctl-stars" role="img" aria-label={`${value ?? 0} / ${config.max ?? 5}`}>
        {sign.repeat(value ?? 0)}
        <i>{sign.repeat(Math.max(0, (config.max ?? 5) - (value ?? 0)))}</i>
      </span>
    );
  },
};

export default view;
