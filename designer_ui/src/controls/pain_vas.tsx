import { useTranslation } from "react-i18next";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import "./controls.css";

interface Pair {
  before?: number;
  after?: number;
}
type Pain = number | Pair;

const FACES = ["😀", "🙂", "🙂", "😐", "😐", "😕", "😕", "😣", "😣", "😖", "😭"];

/** What a key makes of a score: digits, arrows and ends of the scale; Delete takes it away. Undefined: not its business. */
export const scoreAt = (key: string, now: number | undefined): number | null | undefined => {
  // 1 then 0 is 10, since the scale ends there.
  if (/^\d$/.test(key)) return key === "0" && now === 1 ? 10 : Number(key);
  if (key === "Delete" || key === "Backspace") return null;
  if (key === "Home") return 0;
  if (key === "End") return FACES.length - 1;
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[key];
  if (step === undefined) return undefined;
  return now === undefined ? 0 : Math.min(FACES.length - 1, Math.max(0, now + step));
};

const Scale = ({
  value,
  faces,
  disabled,
  label,
  onChange,
}: {
  value: number | undefined;
  faces: boolean;
  disabled: boolean;
  label: string;
  onChange: (next: number | null) => void;
}) => (
  <div
    className="ctl-faces"
    role="radiogroup"
    aria-label={label}
    onKeyDown={(event) => {
      if (disabled) return;
      const next = scoreAt(event.key, value);
      if (next === undefined) return;
      event.preventDefault();
      onChange(next);
      if (next !== null) event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")[next]?.focus();
    }}
  >
    {FACES.map((face, score) => (
      <button
        key={score}
        type="button"
        role="radio"
        aria-checked={value === score}
        tabIndex={score === (value ?? 0) ? 0 : -1}
        aria-label={String(score)}
        disabled={disabled}
        onClick={() => onChange(value === score ? null : score)}
      >
        {faces ? <span aria-hidden>{face}</span> : null} {score}
      </button>
    ))}
  </div>
);

const isPair = (value: Pain | null): value is Pair => typeof value === "object" && value !== null;

const view: ControlView<Pain, { pair?: boolean; look?: string }> = {
  kind: "pain_vas",
  Input: ({ value, config, field, disabled, onChange }) => {
    const { t } = useTranslation();
    const say = useSay();
    const faces = config.look === "faces";
    if (!config.pair)
      return (
        <Scale
          value={typeof value === "number" ? value : undefined}
          faces={faces}
          disabled={disabled}
          label={say(field.label)}
          onChange={onChange}
        />
      );
    const pair = isPair(value) ? value : {};
    const set = (part: "before" | "after", next: number | null) => {
      const { [part]: _old, ...rest } = pair;
      const kept = next === null ? rest : { ...rest, [part]: next };
      onChange(Object.keys(kept).length ? kept : null);
    };
    return (
      <>
        {(["before", "after"] as const).map((part) => (
          <div key={part}>
            <span className="ctl-quiet">{t(`ctl.${part}`)}</span>
            <Scale
              value={pair[part]}
              faces={faces}
              disabled={disabled}
              label={t(`ctl.${part}`)}
              onChange={(next) => set(part, next)}
            />
          </div>
        ))}
      </>
    );
  },
  Cell: ({ value }) => (
    <span className="ctl-num">
      {isPair(value) ? `${value.before ?? "–"} → ${value.after ?? "–"}` : value}
      <span className="ctl-quiet"> /10</span>
    </span>
  ),
};

export default view;
