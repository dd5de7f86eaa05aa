/** Editing in place: Enter or a click elsewhere keeps, Escape drops. */

import { useEffect, useRef, useState } from "react";
import type { FieldPlan, Labels, RecordData } from "../../api/types";
import { type Json, sameJson, type Values } from "../../shared/json";
import { controlView } from "../../shared/kinds";

/** One choice is the whole answer for these, so choosing keeps. */
const AT_ONCE = new Set(["choice", "boolean", "reference", "person", "date"]);

export const valuesOf = (record: RecordData): Values => {
  const values: Values = {};
  for (const [key, value] of Object.entries(record))
    if (value !== undefined && !key.startsWith("_")) values[key] = value;
  return values;
};

export const CellEditor = ({
  form,
  field,
  record,
  labels,
  onDone,
}: {
  form: string;
  field: FieldPlan;
  record: RecordData;
  labels: Labels;
  /** `undefined` when nothing is to be kept; `step` goes on to a neighbouring cell. */
  onDone: (value: Json | undefined, step?: 1 | -1) => void;
}) => {
  const before = record[field.key] ?? null;
  const [draft, setDraft] = useState<Json>(before);
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(draft);
  latest.current = draft;
  const finish = (value: Json, step?: 1 | -1) => onDone(sameJson(value, before) ? undefined : value, step);
  const done = useRef(finish);
  done.current = finish;
  useEffect(() => {
    const listen = (event: PointerEvent) => {
      const { target } = event;
      if (!(target instanceof Element) || box.current?.contains(target)) return;
      // Pick lists and calendars hang on the body; a click there is part of the edit.
      if (
        target.closest(
          ".ant-select-dropdown, .ant-picker-dropdown, .ant-dropdown, .ant-popover, .ant-cascader-dropdown, .ant-modal-root",
        )
      )
        return;
      done.current(latest.current);
    };
    document.addEventListener("pointerdown", listen, true);
    return () => document.removeEventListener("pointerdown", listen, true);
  }, []);
  useEffect(() => {
    box.current?.querySelector<HTMLElement>("input, textarea, [tabindex='0']")?.focus();
  }, []);
  const view = controlView(field.control);
  if (!view?.Input) return null;
  return (
    <div
      ref={box}
      className="cell-editor"
      onKeyDownCapture={(event) => {
        // Before a pick list takes it for closing itself alone.
        if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
        event.stopPropagation();
        onDone(undefined);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Tab") {
          event.preventDefault();
          if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
          const step = event.shiftKey ? -1 : 1;
          setTimeout(() => done.current(latest.current, step));
        }
        const picking = document.querySelector(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
        if (event.key === "Enter" && !event.shiftKey && !picking) {
          event.preventDefault();
          // The blur of number and date inputs settles their value first.
          if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
          setTimeout(() => done.current(latest.current));
        }
      }}
    >
      <view.Input
        value={draft}
        config={field.config}
        field={field}
        labels={labels}
        form={form}
        recordId={record.id}
        record={valuesOf(record)}
        disabled={false}
        invalid={false}
        compact
        autoFocus
        onChange={(value) => {
          setDraft(value);
          latest.current = value;
          if (AT_ONCE.has(field.value_type ?? "")) finish(value);
        }}
      />
    </div>
  );
};
