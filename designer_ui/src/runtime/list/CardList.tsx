/** The list on a phone: one card a record, title first, then what the columns say. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FormPlan, RecordData } from "../../api/types";
import { fieldOf, titleKey } from "../../shared/fields";
import { isBlank } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "./Cell";
import type { Rows } from "./useRows";

export const CardList = ({
  plan,
  fields,
  rows,
  colorOf,
  onOpen,
  picked,
  onPick,
}: {
  plan: FormPlan;
  fields: readonly FieldPlan[];
  rows: Rows;
  colorOf: (record: RecordData) => string | null;
  onOpen: (record: RecordData) => void;
  /** The records chosen so far; null while a tap opens a card. */
  picked: ReadonlySet<string> | null;
  onPick: (recordId: string) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const title = fieldOf(plan, titleKey(plan));
  const mark =
    fields.find((field) => field.control === "stage") ?? fields.find((field) => field.value_type === "money");
  const others = fields.filter((field) => field !== title && field.key !== title?.key && field !== mark);
  return (
    <div className="cards">
      {rows.lines.map((line) => {
        if (line.kind === "group")
          return (
            <button
              key={line.id}
              type="button"
              className="card-group"
              aria-expanded={line.isOpen}
              onClick={() => rows.toggle(line.id)}
            >
              <b>{say(line.group.label) || line.id}</b> <span>{line.group.count}</span>
            </button>
          );
        if (line.kind !== "record") return null;
        const { record } = line;
        return (
          <button
            key={record.id}
            type="button"
            className="card"
            data-color={colorOf(record) ?? undefined}
            aria-pressed={picked ? picked.has(record.id) : undefined}
            onClick={() => (picked ? onPick(record.id) : onOpen(record))}
          >
            <span className="card-top">
              {picked ? <span className="card-tick" aria-hidden /> : null}
              <span className="card-title">
                {title ? <RecordCell plain record={record} field={title} labels={rows.labels} /> : record.no}
              </span>
              {mark && mark !== title && !isBlank(record[mark.key] ?? null) ? (
                <span className="card-mark" title={say(mark.label)}>
                  <RecordCell plain record={record} field={mark} labels={rows.labels} />
                </span>
              ) : null}
            </span>
            <span className="card-facts">
              {others
                .filter((field) => record[field.key] !== undefined && !isBlank(record[field.key] ?? null))
                .slice(0, 5)
                .map((field) => (
                  <span key={field.key} className="card-fact">
                    <span className="card-label">{say(field.label)}</span>
                    <RecordCell plain record={record} field={field} labels={rows.labels} />
                  </span>
                ))}
            </span>
          </button>
        );
      })}
      {rows.lines.some((line) => line.kind === "wait") ? (
        <Button block loading={rows.isFetching} onClick={rows.more}>
          {t("list.loadMore")}
        </Button>
      ) : null}
    </div>
  );
};
