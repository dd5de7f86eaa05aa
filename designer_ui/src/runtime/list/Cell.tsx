/** One value in a list: the control's own look, or its text. */

import { memo } from "react";
import type { FieldPlan, Labels, RecordData } from "../../api/types";
import { BLANK, formatAgo, formatValue } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { isBlank, type Json } from "../../shared/json";
import { useControlView } from "../../shared/kinds";

interface CellProps {
  field: FieldPlan;
  value: Json | undefined;
  labels: Labels;
  /** True inside something that is itself a button: links and calls are shown as words. */
  plain?: boolean;
  isMasked?: boolean;
}

/** Looks that never hold a link or a button. */
const STILL = new Set(["choice", "choices", "boolean", "integer", "decimal", "money", "date", "structured"]);

export const Cell = memo(({ field, value, labels, plain = false, isMasked = false }: CellProps) => {
  const { lang, zone } = useControlHost();
  const found = useControlView(field.control);
  if (value === undefined || value === null || isBlank(value)) return <span className="blank">{BLANK}</span>;
  // A masked value is text that the server made; the control must not parse it.
  if (isMasked || field.level === "masked")
    return <span className="masked">{typeof value === "string" ? value : BLANK}</span>;
  const view = plain && !STILL.has(field.value_type ?? "") ? undefined : found;
  if (view) return <view.Cell value={value} config={field.config} field={field} labels={labels} />;
  const text = formatValue(value, field, { lang, zone, labels });
  const hover =
    field.value_type === "datetime" && typeof value === "string" ? formatAgo(value, lang, zone) : text;
  return <span title={hover}>{text}</span>;
});

/** The value of a record's field, as far as this person may read it in this record. */
export const RecordCell = ({
  record,
  field,
  labels,
  plain,
}: {
  record: RecordData;
  field: FieldPlan;
  labels: Labels;
  plain?: boolean;
}) => (
  <Cell
    field={field}
    value={record[field.key]}
    labels={labels}
    plain={plain === true}
    isMasked={record._masked?.includes(field.key) === true}
  />
);
