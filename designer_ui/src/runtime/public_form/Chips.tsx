/** Several choices as big buttons: on a phone quicker and clearer than a list that opens. */

import type { FieldPlan } from "../../api/types";
import { optionsOf } from "../../shared/format";
import { isArray, type Json } from "../../shared/json";
import { useSay } from "../../shared/useLang";

export const MOST_CHIPS = 24;

export const Chips = ({
  field,
  value,
  labelledBy,
  onChange,
}: {
  field: FieldPlan;
  value: Json;
  labelledBy: string;
  onChange: (value: Json) => void;
}) => {
  const say = useSay();
  const chosen = isArray(value) ? value : [];
  const toggle = (key: string) =>
    onChange(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
  return (
    <div className="public-chips" role="group" aria-labelledby={labelledBy}>
      {optionsOf(field)
        .filter((option) => !option.hidden)
        .map((option) => (
          <button
            key={option.key}
            type="button"
            className="public-chip"
            aria-pressed={chosen.includes(option.key)}
            onClick={() => toggle(option.key)}
          >
            {say(option.label)}
          </button>
        ))}
    </div>
  );
};
