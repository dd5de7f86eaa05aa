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
      if (!/^\d$/.test(event.key) || disabled) return;
      event.preventDefault();
      // 1 then 0 is 10, since the scale ends there.
      onChange(event.key === "0" && value === 1 ? 10 : Number(event.key));
    }}
  >
    {FACES.map((face, score) => (
      <button
        key={score}
        type="button"
        role="radio"
        aria-checked={value === score}
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
