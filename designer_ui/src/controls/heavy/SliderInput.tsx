/** A number set by dragging, or with the arrow keys. */

import { Slider } from "antd";
import { asNumber, asText, isArray, isObject, type Json } from "../../shared/json";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { NumberConfig, NumberValue } from "../parts/numbers";

const SliderInput = ({ value, config, field, disabled, onChange }: InputProps<NumberValue, NumberConfig>) => {
  const say = useSay();
  const [least, most] = [config.min ?? 0, config.max ?? 10];
  const given: Json | undefined = field.config.marks;
  const marks = Object.fromEntries(
    (isArray(given) ? given : [])
      .filter(isObject)
      .map((mark) => [
        asNumber(mark.at) ?? 0,
        isObject(mark.label) ? say({ zh: asText(mark.label.zh), en: asText(mark.label.en) }) : "",
      ]),
  );
  return (
    <Slider
      min={least}
      max={most}
      step={config.step ?? 1}
      marks={Object.keys(marks).length ? marks : { [least]: String(least), [most]: String(most) }}
      value={asNumber(value) ?? least}
      disabled={disabled}
      aria-label={say(field.label)}
      onChange={(next) => onChange(String(next))}
    />
  );
};

export default SliderInput;
