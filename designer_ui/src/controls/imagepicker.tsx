import { asText, isArray, isObject } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import { type ChoiceConfig, oneView } from "./parts/choices";

const view: ControlView<string, ChoiceConfig & { size?: number }> = {
  ...oneView("imagepicker"),
  Input: ({ value, config, field, disabled, onChange }) => {
    const say = useSay();
    const options = isArray(field.config.options) ? field.config.options.filter(isObject) : [];
    return (
      <div className="ctl-row" role="radiogroup" aria-label={say(field.label)}>
        {options.map((one) => {
          const words = isObject(one.label)
            ? say({ zh: asText(one.label.zh), en: asText(one.label.en) })
            : asText(one.key);
          const isOn = value === one.key;
          return (
            <button
              key={asText(one.key)}
              type="button"
              role="radio"
              aria-checked={isOn}
              className={isOn ? "ctl-picture ctl-picture-on" : "ctl-picture"}
              disabled={disabled}
              onClick={() => onChange(isOn ? null : asText(one.key))}
            >
              {one.image ? (
                <img src={asText(one.image)} alt="" width={config.size ?? 96} height={config.size ?? 96} />
              ) : null}
              <span>{words}</span>
            </button>
          );
        })}
      </div>
    );
  },
};

export default view;
