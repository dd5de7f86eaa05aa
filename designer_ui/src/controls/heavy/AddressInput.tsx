/** Province, city and district from a searchable tree, the street beside it. */

import { Cascader, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import type { AddressConfig, Place } from "../address";
import { lineOf } from "../parts/divisions";
import { regionTree } from "../parts/regionTree";

const AddressInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  onChange,
}: InputProps<Place, AddressConfig>) => {
  const { t } = useTranslation();
  const level = config.level ?? 3;
  const status = invalid ? "error" : "";
  const keep = (next: Place) => onChange(next.code || next.detail ? next : null);
  return (
    <div className="ctl-row">
      <Cascader
        id={id ?? ""}
        className="ctl-grow"
        options={regionTree(level)}
        value={lineOf(value?.code ?? "").map((division) => division.code)}
        disabled={disabled}
        status={status}
        changeOnSelect
        showSearch
        placeholder={t("ctl.region")}
        onChange={(codes) => {
          const code = codes?.at(-1);
          const { code: _old, ...rest } = value ?? {};
          keep(code ? { ...rest, code: String(code) } : rest);
        }}
      />
      {config.detail === false ? null : (
        <Input
          className="ctl-grow"
          style={{ flex: 2 }}
          value={value?.detail ?? ""}
          maxLength={300}
          disabled={disabled}
          status={status}
          placeholder={t("ctl.street")}
          aria-label={t("ctl.street")}
          onChange={(event) => {
            const { detail: _old, ...rest } = value ?? {};
            keep(event.target.value ? { ...rest, detail: event.target.value } : rest);
          }}
        />
      )}
    </div>
  );
};

export default AddressInput;
