/** Options put in order with up and down buttons, which work by mouse, touch and keyboard alike. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { ChoiceConfig } from "../parts/choices";

const moved = (keys: readonly string[], from: number, to: number): string[] => {
  const next = [...keys];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
};

const RankingInput = ({ value, field, disabled, onChange }: InputProps<readonly string[], ChoiceConfig>) => {
  const { say } = useControlHost();
  const { t } = useTranslation();
  const options = optionsOf(field);
  const ranked = value ?? [];
  const rest = options.filter((one) => !ranked.includes(one.key));
  const words = (key: string) => say(options.find((one) => one.key === key)?.label ?? key);
  return (
    <div>
      {ranked.map((key, place) => (
        <div key={key} className="ctl-row">
          <span className="ctl-num">{place + 1}.</span>
          <span className="ctl-grow">{words(key)}</span>
          <Button
            size="small"
            disabled={disabled || place === 0}
            aria-label={t("ctl.up", { name: words(key) })}
            onClick={() => onChange(moved(ranked, place, place - 1))}
          >
            ↑
          </Button>
          <Button
            size="small"
            disabled={disabled || place === ranked.length - 1}
            aria-label={t("ctl.down", { name: words(key) })}
            onClick={() => onChange(moved(ranked, place, place + 1))}
          >
            ↓
          </Button>
          <Button
            size="small"
            disabled={disabled}
            aria-label={t("ctl.removeNamed", { name: words(key) })}
            onClick={() => onChange(ranked.length > 1 ? ranked.filter((one) => one !== key) : null)}
          >
            ×
          </Button>
        </div>
      ))}
      <div className="ctl-row">
        {rest.map((one) => (
          <Button
            key={one.key}
            size="small"
            type="dashed"
            disabled={disabled}
            onClick={() => onChange([...ranked, one.key])}
          >
            + {say(one.label)}
          </Button>
        ))}
      </div>
    </div>
  );
};

export default RankingInput;
