/** A record's row and a group's heading row. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import RightOutlined from "@ant-design/icons/RightOutlined";
import { type CSSProperties, memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FormPlan, Labels, RecordData } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { BLANK, formatValue, isRightAligned, optionLabel } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { isBlank, type Json } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "./Cell";
import { CellEditor } from "./CellEditor";
import { stayOf } from "./settings";
import type { Line } from "./useRows";

export interface CellAt {
  row: number;
  col: number;
}

const CLICK_WAIT_MS = 220;

export interface RecordRowProps {
  form: string;
  record: RecordData;
  row: number;
  style: CSSProperties;
  fields: readonly FieldPlan[];
  widths: readonly number[];
  stays: readonly number[];
  labels: Labels;
  isSelected: boolean;
  isOpened: boolean;
  color: string | null;
  activeCol: number | null;
  isEditing: boolean;
  onToggle: (id: string) => void;
  onActive: (at: CellAt) => void;
  onOpen: (record: RecordData) => void;
  onStart: (at: CellAt) => boolean;
  canEdit: (record: RecordData, field: FieldPlan) => boolean;
  onDone: (record: RecordData, field: FieldPlan, value: Json | undefined, step?: 1 | -1) => void;
}

const RowView = (props: RecordRowProps) => {
  const { record, row, fields, widths, labels, activeCol, isEditing } = props;
  const { t } = useTranslation();
  const wait = useRef<ReturnType<typeof setTimeout> | null>(null);
  const click = (col: number) => {
    const field = fields[col];
    props.onActive({ row, col });
    if (wait.current) clearTimeout(wait.current);
    // A second click means "edit"; only where editing is possible is it worth the short wait.
    if (col === 0 || props.isOpened || !field || !props.canEdit(record, field)) props.onOpen(record);
    else wait.current = setTimeout(() => props.onOpen(record), CLICK_WAIT_MS);
  };
  const start = (col: number) => {
    if (wait.current) clearTimeout(wait.current);
    props.onStart({ row, col });
  };
  const marks = [
    props.isSelected && "row-selected",
    props.isOpened && "row-opened",
    activeCol !== null && "row-active",
  ];
  return (
    <div
      role="row"
      aria-rowindex={row + 1}
      aria-selected={props.isSelected}
      className={["row", ...marks.filter(Boolean)].join(" ")}
      style={props.style}
      data-color={props.color ?? undefined}
    >
      <div role="gridcell" className="cell cell-check">
        <input
          type="checkbox"
          className="tick"
          checked={props.isSelected}
          aria-label={t("list.select")}
          onChange={() => props.onToggle(record.id)}
        />
      </div>
      {fields.map((field, col) => {
        const isActive = activeCol === col;
        const stay = stayOf(props.stays, col);
        const classes = [
          "cell",
          stay.className,
          col === 0 && "cell-first",
          isRightAligned(field) && "cell-right",
          isActive && "cell-active",
        ];
        return (
          <div
            key={field.key}
            role="gridcell"
            aria-colindex={col + 2}
            className={classes.filter(Boolean).join(" ")}
            style={{ width: widths[col], left: stay.left }}
            onClick={() => (isEditing && isActive ? undefined : click(col))}
            onDoubleClick={() => start(col)}
            onKeyDown={() => undefined}
          >
            {isActive && isEditing ? (
              <CellEditor
                form={props.form}
                field={field}
                record={record}
                labels={labels}
                onDone={(value, step) => props.onDone(record, field, value, step)}
              />
            ) : (
              <RecordCell record={record} field={field} labels={labels} />
            )}
          </div>
        );
      })}
      <div className="cell cell-rest" />
    </div>
  );
};

export const RecordRow = memo(
  RowView,
  (a, b) =>
    a.record === b.record &&
    a.fields === b.fields &&
    a.labels === b.labels &&
    a.isSelected === b.isSelected &&
    a.isOpened === b.isOpened &&
    a.activeCol === b.activeCol &&
    a.isEditing === b.isEditing &&
    a.color === b.color &&
    a.style.top === b.style.top &&
    a.style.height === b.style.height &&
    a.onOpen === b.onOpen &&
    a.onToggle === b.onToggle &&
    a.stays.length === b.stays.length &&
    a.widths.every((width, index) => width === b.widths[index]),
);

export const GroupRow = ({
  plan,
  line,
  fields,
  widths,
  totals,
  by,
  style,
  isActive,
  onToggle,
}: {
  plan: FormPlan;
  line: Extract<Line, { kind: "group" }>;
  fields: readonly FieldPlan[];
  widths: readonly number[];
  totals: { [field: string]: string };
  by: string;
  style: CSSProperties;
  isActive: boolean;
  onToggle: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const field = fieldOf(plan, by);
  const { group } = line;
  const plainLabel = typeof group.value === "string" && field ? optionLabel(field, group.value, lang) : "";
  const label = isBlank(group.value)
    ? t("list.noValue")
    : say(group.label) ||
      plainLabel ||
      (field ? formatValue(group.value, field, { lang, zone, labels: {} }) : BLANK);
  return (
    <div role="row" className={isActive ? "row group-row row-active" : "row group-row"} style={style}>
      <div role="gridcell" className="cell group-cell">
        <button type="button" className="group-button" aria-expanded={line.isOpen} onClick={onToggle}>
          {line.isOpen ? <DownOutlined /> : <RightOutlined />}
          <b>{label}</b>
          <span className="group-count">{group.count}</span>
        </button>
      </div>
      {fields.map((item, col) => {
        const value = totals[item.key] ? group.totals?.[item.key] : undefined;
        return (
          <div
            key={item.key}
            role="gridcell"
            className={isRightAligned(item) ? "cell cell-right" : "cell"}
            style={{ width: widths[col] }}
          >
            {value !== undefined && value !== null ? (
              <b>{formatValue(value, item, { lang, zone, labels: {} })}</b>
            ) : null}
          </div>
        );
      })}
    </div>
  );
};
