/** The header: sort by click (Shift adds), width by the edge, a menu for the rest. */

import ArrowDownOutlined from "@ant-design/icons/ArrowDownOutlined";
import ArrowUpOutlined from "@ant-design/icons/ArrowUpOutlined";
import type { ReactNode, PointerEvent as ReactPointerEvent } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FormPlan } from "../../api/types";
import { isSearchable, nextSort, sortField } from "../../shared/filters";
import { isRightAligned } from "../../shared/format";
import { useSay } from "../../shared/useLang";
import { type ListSettings, stayOf } from "./settings";

const NARROWEST = 60;
const WIDEST = 640;

export const GridHeader = ({
  fields,
  widths,
  stays,
  settings,
  onSettings,
  check,
}: {
  plan: FormPlan;
  fields: readonly FieldPlan[];
  widths: readonly number[];
  stays: readonly number[];
  settings: ListSettings;
  onSettings: (change: Partial<ListSettings>) => void;
  check: ReactNode;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const sorts = settings.sort.map(sortField);
  const setWidth = (key: string, width: number) =>
    onSettings({
      widths: { ...settings.widths, [key]: Math.round(Math.min(Math.max(width, NARROWEST), WIDEST)) },
    });
  const drag = (event: ReactPointerEvent<HTMLElement>, key: string, from: number) => {
    event.preventDefault();
    event.stopPropagation();
    const start = event.clientX;
    const moveTo = (next: PointerEvent) => setWidth(key, from + next.clientX - start);
    const stop = () => {
      window.removeEventListener("pointermove", moveTo);
      window.removeEventListener("pointerup", stop);
    };
    window.addEventListener("pointermove", moveTo);
    window.addEventListener("pointerup", stop);
  };
  return (
    <div className="grid-head" role="rowgroup">
      <div role="row" className="head-row">
        <div role="columnheader" className="cell cell-check">
          {check}
        </div>
        {fields.map((field, col) => {
          const at = sorts.findIndex((sort) => sort.key === field.key);
          const sort = sorts[at];
          const width = widths[col] ?? 0;
          const canSort =
            isSearchable(field) && !["rows", "structured", "files"].includes(field.value_type ?? "");
          const stay = stayOf(stays, col);
          const classes = ["cell", "head-cell", stay.className, isRightAligned(field) && "cell-right"];
          return (
            <div
              key={field.key}
              role="columnheader"
              aria-sort={sort ? (sort.down ? "descending" : "ascending") : "none"}
              className={classes.filter(Boolean).join(" ")}
              style={{ width, left: stay.left }}
            >
              <button
                type="button"
                className="head-button"
                disabled={!canSort}
                title={say(field.help) || say(field.label)}
                onClick={(event) => onSettings({ sort: nextSort(settings.sort, field.key, event.shiftKey) })}
              >
                <span className="head-label">{say(field.label)}</span>
                {sort ? (
                  sort.down ? (
                    <ArrowDownOutlined aria-hidden />
                  ) : (
                    <ArrowUpOutlined aria-hidden />
                  )
                ) : null}
                {sort && sorts.length > 1 ? <sup>{at + 1}</sup> : null}
              </button>
              <span
                role="separator"
                aria-orientation="vertical"
                aria-label={t("list.resize", { name: say(field.label) })}
                aria-valuenow={width}
                aria-valuemin={NARROWEST}
                aria-valuemax={WIDEST}
                tabIndex={-1}
                className="head-edge"
                onPointerDown={(event) => drag(event, field.key, width)}
                onDoubleClick={() => {
                  const { [field.key]: _old, ...others } = settings.widths;
                  onSettings({ widths: others });
                }}
              />
            </div>
          );
        })}
        <div className="cell cell-rest" />
      </div>
    </div>
  );
};
