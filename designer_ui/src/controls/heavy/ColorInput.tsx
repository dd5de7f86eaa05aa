/** A colour, from presets or by hand. */

import { ColorPicker } from "antd";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import type { ColorConfig } from "../color";

const ColorInput = ({ value, config, disabled, onChange }: InputProps<string, ColorConfig>) => {
  const { t } = useTranslation();
  return (
    <ColorPicker
      value={value}
      disabled={disabled}
      showText
      allowClear
      disabledAlpha
      presets={config.presets?.length ? [{ label: t("ctl.presets"), colors: config.presets }] : []}
      onClear={() => onChange(null)}
      onChangeComplete={(color) => onChange(color.toHexString().slice(0, 7).toLowerCase())}
    />
  );
};

export default ColorInput;
