/** A row of codes to choose from, each with its colour and, where it has one, its key. */

import { useSay } from "../../../shared/useLang";
import { usePaint } from "../palette";
import type { Code } from "./model";
import "./tooth.css";

interface Props {
  title: string;
  codes: readonly Code[];
  numbered?: boolean;
  disabled: boolean;
  isOn: (code: string) => boolean;
  onPick: (code: string) => void;
}

export const CodePalette = ({ title, codes, numbered, disabled, isOn, onPick }: Props) => {
  const say = useSay();
  const paint = usePaint();
  if (!codes.length) return null;
  return (
    <div className="tc-bar" role="group" aria-label={title}>
      <span className="tc-label">{title}</span>
      <span className="tc-codes">
        {codes.map((code, place) => (
          <button
            key={code.key}
            type="button"
            className="tc-code"
            aria-pressed={isOn(code.key)}
            disabled={disabled}
            onClick={() => onPick(code.key)}
          >
            <i className="ctl-dot" style={{ background: paint(code.color) }} aria-hidden />
            {say(code.label)}
            {numbered ? <kbd>{place}</kbd> : null}
          </button>
        ))}
      </span>
    </div>
  );
};
