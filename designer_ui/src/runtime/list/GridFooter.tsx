/** The footer: how many, and the totals under their columns. */

import { useTranslation } from "react-i18next";
import type { FieldPlan } from "../../api/types";
import { formatNumber, formatValue, isRightAligned } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { Json } from "../../shared/json";
import { type ListSettings, stayOf } from "./settings";
import type { Rows } from "./useRows";

export const GridFooter = ({
  fields,
  widths,
  stays,
  rows,
  settings,
  totals,
}: {
  fields: readonly FieldPlan[];
  widths: readonly number[];
  stays: readonly number[];
  rows: Rows;
  settings: ListSettings;
  totals: { [field: string]: Json } | undefined;
}) => {
  const { t } = useTranslation();
  const { lang, zone } = useControlHost();
  const { count } = rows;
  const words = count
    ? t(count.exact ? "list.count" : "list.countAbout", {
        count: count.value,
        shown: formatNumber(count.value),
      })
    : "";
  return (
    <div className="grid-foot" role="rowgroup">
      <div role="row" className="foot-row">
        <div role="gridcell" className="cell cell-check" />
        {fields.map((field, col) => {
          const value = totals?.[field.key];
          const how = settings.totals[field.key];
          const stay = stayOf(stays, col);
          const classes = ["cell", stay.className, isRightAligned(field) && "cell-right"];
          return (
            <div
              key={field.key}
              role="gridcell"
              className={classes.filter(Boolean).join(" ")}
              style={{ width: widths[col], left: stay.left }}
            >
              {col === 0 ? <span className="foot-count">{words}</span> : null}
              {how && value !== undefined ? (
                <span title={t(`totals.${how}`)}>
                  <span className="foot-how">{t(`totals.${how}`)}</span>{" "}
                  <b>{formatValue(value, field, { lang, zone, labels: {} })}</b>
                </span>
              ) : null}
            </div>
          );
        })}
        <div className="cell cell-rest" />
      </div>
    </div>
  );
};
