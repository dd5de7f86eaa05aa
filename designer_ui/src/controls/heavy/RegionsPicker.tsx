/** Provinces, cities and districts to filter by: one stands for all that lies in it. */

import { Cascader } from "antd";
import { useTranslation } from "react-i18next";
import { lineOf } from "../parts/divisions";
import { regionTree } from "../parts/regionTree";

const RegionsPicker = ({
  value,
  onPicked,
  onChange,
}: {
  value: readonly string[];
  /** Names by code, for whoever shows the filter in words. */
  onPicked: (names: { [code: string]: string }) => void;
  onChange: (codes: string[]) => void;
}) => {
  const { t } = useTranslation();
  return (
    <Cascader
      className="filter-value"
      options={regionTree(3)}
      multiple
      changeOnSelect
      showSearch
      showCheckedStrategy={Cascader.SHOW_PARENT}
      placeholder={t("ctl.region")}
      aria-label={t("ctl.region")}
      value={value.map((code) => lineOf(code).map((division) => division.code))}
      onChange={(lines) => {
        const codes = lines.map((line) => String(line.at(-1)));
        onPicked(
          Object.fromEntries(
            codes.map((code) => [
              code,
              lineOf(code)
                .map((one) => one.name)
                .join("/"),
            ]),
          ),
        );
        onChange(codes);
      }}
    />
  );
};

export default RegionsPicker;
