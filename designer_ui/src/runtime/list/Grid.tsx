/** The table: fixed row height, only the rows in sight are drawn, header and first columns stay. */

import { Checkbox } from "antd";
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FormPlan, RecordData } from "../../api/types";
import type { Json } from "../../shared/json";
import { useLang } from "../../shared/useLang";
import { GridFooter } from "./GridFooter";
import { GridHeader } from "./GridHeader";
import { type CellAt, GroupRow, RecordRow } from "./GridRow";
import { type ListSettings, ROW_HEIGHT, staysOf, widthsOf } from "./settings";
import type { Rows } from "./useRows";

export const CHECK_WIDTH = 52;
const OVERSCAN = 6;

export interface GridProps {
  plan: FormPlan;
  fields: readonly FieldPlan[];
  rows: Rows;
  settings: ListSettings;
  onSettings: (change: Partial<ListSettings>) => void;
  selected: ReadonlySet<string>;
  onSelect: (selected: Set<string>) => void;
  openedId: string | null;
  onOpen: (record: RecordData) => void;
  onEditRecord: (record: RecordData) => void;
  canEdit: (record: RecordData, field: FieldPlan) => boolean;
  onEdit: (record: RecordData, field: FieldPlan, value: Json) => void;
  colorOf: (record: RecordData) => string | null;
  totals: { [field: string]: Json } | undefined;
  empty: ReactNode;
}

const useWindow = (height: number) => {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ top: 0, size: 800, room: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () =>
      setAt({ top: element.scrollTop, size: element.clientHeight, room: element.clientWidth });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  const first = Math.max(Math.floor(at.top / height) - OVERSCAN, 0);
  const last = Math.ceil((at.top + at.size) / height) + OVERSCAN;
  return { box, first, last, room: at.room };
};

export const Grid = (props: GridProps) => {
  const { plan, fields, rows, settings, selected, onSelect, onOpen, onEdit, canEdit } = props;
  const { t } = useTranslation();
  const lang = useLang();
  const height = ROW_HEIGHT[settings.density];
  const { box, first, last, room } = useWindow(height);
  const [active, setActive] = useState<CellAt | null>(null);
  const [editing, setEditing] = useState(false);
  const widths = widthsOf(plan, fields, settings, lang, room - CHECK_WIDTH);
  const width = widths.reduce((sum, one) => sum + one, CHECK_WIDTH);
  const stays = staysOf(widths, settings.frozen, CHECK_WIDTH, room);
  const { lines, more } = rows;

  useEffect(() => {
    if (last >= lines.length - 20) more();
  }, [last, lines.length, more]);

  const reveal = useCallback(
    (row: number) => {
      const element = box.current;
      if (!element) return;
      const top = row * height;
      const room = element.clientHeight - height * 2;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top > element.scrollTop + room - height) element.scrollTop = top - room + height;
    },
    [box, height],
  );
  const move = (down: number, right: number) => {
    const row = Math.min(Math.max((active?.row ?? -1) + down, 0), lines.length - 1);
    const col = Math.min(Math.max((active?.col ?? 0) + right, 0), fields.length - 1);
    setActive({ row, col });
    reveal(row);
    const line = lines[row];
    if (props.openedId && line?.kind === "record" && down !== 0) onOpen(line.record);
  };
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const edit = (at: CellAt): boolean => {
    const line = lines[at.row];
    const field = fields[at.col];
    if (line?.kind !== "record" || !field || !canEdit(line.record, field)) return false;
    setActive(at);
    setEditing(true);
    return true;
  };
  const keys = (event: KeyboardEvent) => {
    const isCopy = event.key === "c" && (event.metaKey || event.ctrlKey);
    if (isCopy && !editing && active && !window.getSelection()?.toString()) {
      const words = box.current?.querySelector<HTMLElement>(".cell-active")?.innerText;
      if (words) void navigator.clipboard?.writeText(words.trim());
      return;
    }
    if (editing || event.metaKey || event.ctrlKey || event.altKey) return;
    const line = active ? lines[active.row] : undefined;
    const moves: Record<string, () => void> = {
      ArrowDown: () => move(1, 0),
      ArrowUp: () => move(-1, 0),
      j: () => move(1, 0),
      k: () => move(-1, 0),
      ArrowRight: () => move(0, 1),
      ArrowLeft: () => move(0, -1),
      PageDown: () => move(15, 0),
      PageUp: () => move(-15, 0),
      Home: () => move(-lines.length, 0),
      End: () => move(lines.length, 0),
      x: () => line?.kind === "record" && toggle(line.record.id),
      ...(line?.kind === "record" && !props.openedId ? { e: () => props.onEditRecord(line.record) } : {}),
      " ": () => line?.kind === "record" && onOpen(line.record),
      Enter: () => {
        if (line?.kind === "group") rows.toggle(line.id);
        else if (line?.kind === "record" && active && !edit(active)) onOpen(line.record);
      },
    };
    const act = moves[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const records = rows.records;
  const isAll = records.length > 0 && records.every((record) => selected.has(record.id));
  const shown = lines.slice(first, last);
  return (
    <div
      ref={box}
      className={`grid grid-${settings.density}`}
      role="grid"
      tabIndex={0}
      id="grid"
      aria-label={t("list.grid")}
      aria-rowcount={rows.count?.value ?? lines.length}
      aria-colcount={fields.length + 1}
      aria-multiselectable="true"
      aria-busy={rows.isFetching}
      onKeyDown={keys}
    >
      <div className="grid-inner" style={{ width, minWidth: "100%" }}>
        <GridHeader
          plan={plan}
          fields={fields}
          widths={widths}
          stays={stays}
          settings={settings}
          onSettings={props.onSettings}
          check={
            <Checkbox
              aria-label={t("list.selectAll")}
              checked={isAll}
              indeterminate={!isAll && selected.size > 0}
              onChange={() => onSelect(isAll ? new Set() : new Set(records.map((record) => record.id)))}
            />
          }
        />
        <div className="grid-body" role="rowgroup" style={{ height: Math.max(lines.length, 1) * height }}>
          {rows.isPending ? <SkeletonRows height={height} /> : null}
          {shown.map((line, index) => {
            const row = first + index;
            const style = { top: row * height, height };
            if (line.kind === "record")
              return (
                <RecordRow
                  key={line.record.id}
                  form={plan.key}
                  record={line.record}
                  row={row}
                  style={style}
                  fields={fields}
                  widths={widths}
                  stays={stays}
                  labels={rows.labels}
                  isSelected={selected.has(line.record.id)}
                  isOpened={props.openedId === line.record.id}
                  color={props.colorOf(line.record)}
                  activeCol={active?.row === row ? active.col : null}
                  isEditing={editing && active?.row === row}
                  onToggle={toggle}
                  onActive={(at) => {
                    if (!editing) setActive(at);
                  }}
                  onOpen={onOpen}
                  onStart={edit}
                  canEdit={canEdit}
                  onDone={(record, field, value, step) => {
                    setEditing(false);
                    if (step) move(0, step);
                    box.current?.focus({ preventScroll: true });
                    if (value !== undefined) onEdit(record, field, value);
                  }}
                />
              );
            if (line.kind === "group")
              return (
                <GroupRow
                  key={`g-${line.id}`}
                  plan={plan}
                  line={line}
                  fields={fields}
                  widths={widths}
                  totals={settings.totals}
                  style={style}
                  by={settings.group ?? ""}
                  onToggle={() => rows.toggle(line.id)}
                  isActive={active?.row === row}
                />
              );
            if (line.kind === "more")
              return (
                <div key={`m-${line.id}`} className="grid-more" style={style}>
                  <button type="button" onClick={() => rows.moreOf(line.id)}>
                    {t("list.moreOf", { count: line.left })}
                  </button>
                </div>
              );
            return (
              <div key={`w-${row}`} className="grid-wait" style={style}>
                <i className="grid-bone" />
              </div>
            );
          })}
        </div>
        {!rows.isPending && lines.length === 0 ? props.empty : null}
        {lines.length > 0 ? (
          <GridFooter
            fields={fields}
            widths={widths}
            stays={stays}
            rows={rows}
            settings={settings}
            totals={props.totals}
          />
        ) : null}
      </div>
    </div>
  );
};

const SkeletonRows = ({ height }: { height: number }) => (
  <>
    {Array.from({ length: 18 }, (_, row) => (
      <div key={row} className="grid-wait" style={{ top: row * height, height }}>
        <i className="grid-bone" />
      </div>
    ))}
  </>
);
