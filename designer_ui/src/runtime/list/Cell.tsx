/** One value in a list: the control's own look, or its text. */

import { memo } from "react";
import type { FieldPlan, Labels } from "../../api/types";
import { BLANK, formatAgo, formatValue } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { isBlank, type Json } from "../../shared/json";
import { controlView } from "../../shared/kinds";

export const Cell = memo(({ field, value, labels }: { field: FieldPlan; value: Json | undefined; labels: Labels }) => {
  const { lang, zone } = useControlHost();
  if (value === undefined || value === null || isBlank(value)) return <span className="blank">{BLANK}</span>;
  // A masked value is text that the server made; the control must not parse it.
  if (field.level === "masked") return <span className="masked">{typeof value === "string" ? value : BLANK}</span>;
  const view = controlView(field.control);
  if (view) return <view.Cell value={value} config={field.config} field={field} labels={labels} />;
  const text = formatValue(value, field, { lang, zone, labels });
  const hover = field.value_type === "datetime" && typeof value === "string" ? formatAgo(value, lang, zone) : text;
  return <span title={hover}>{text}</span>;
});
