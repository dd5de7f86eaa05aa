import { useTranslation } from "react-i18next";
import type { FieldPlan, Labels } from "../api/types";
import { formatInstant, formatValue } from "../shared/format";
import { useControlHost } from "../shared/host";
import { isArray, isBlank, type Json, type JsonObject, rowsOf } from "../shared/json";
import { type ControlView, controlView, type DetailProps, useKinds } from "../shared/kinds";
import { plainOf } from "./parts/html";
import { PairList } from "./parts/PairList";
import { RowCell, RowsTable } from "./parts/rows";
import "./controls.css";

interface Snapshot {
  taken_at?: string;
  values?: { [path: string]: Json };
}
interface Config {
  /** What it keeps, as the server tells it: names, controls, types and options of the fields. */
  kept?: FieldPlan[];
}
interface Part {
  field: FieldPlan;
  value: Json;
  name: string;
}

const SEVERAL = new Set(["choices", "references", "persons", "files", "structured"]);
const BETWEEN = " · ";

/** What was blank then is left out; the way to a value is said only where the parts came several ways. */
const partsOf = (
  value: Snapshot | null,
  kept: readonly FieldPlan[],
  say: (words: FieldPlan["label"]) => string,
): Part[] => {
  const found = kept
    .map((field) => ({ field, value: value?.values?.[field.key] ?? null, name: say(field.label) }))
    .filter((part) => !isBlank(part.value));
  const ways = new Set(found.map((part) => part.name.split(BETWEEN).slice(0, -1).join(BETWEEN)));
  return ways.size > 1
    ? found
    : found.map((part) => ({ ...part, name: part.name.split(BETWEEN).at(-1) ?? part.name }));
};

const isTall = (field: FieldPlan, value: Json): boolean => {
  if (field.value_type === "rows") return true;
  const view = controlView(field.control);
  return (
    Boolean(view?.Detail && (view.wide || view.structured)) ||
    (typeof value === "string" && value.includes("\n"))
  );
};

/** A table, as it was; columns in which nothing stood are left out. */
const Rows = ({ field, value, labels }: { field: FieldPlan; value: Json; labels: Labels }) => {
  const rows = rowsOf(value);
  const columns = (field.fields ?? []).filter((column) => rows.some((row) => !isBlank(row[column.key])));
  return <RowsTable rows={rows} columns={columns} config={field.config} labels={labels} />;
};

/** One value, or the values of a column, in a line. */
const Short = ({ field, value, labels }: { field: FieldPlan; value: Json; labels: Labels }) => {
  const { lang } = useControlHost();
  if (!isArray(value) || SEVERAL.has(field.value_type ?? ""))
    return <RowCell column={field} value={value} labels={labels} />;
  return value.map((one, place) => (
    <span key={place}>
      {place ? (lang === "zh" ? "、" : ", ") : ""}
      <RowCell column={field} value={one} labels={labels} />
    </span>
  ));
};

const Tall = ({
  field,
  value,
  labels,
  ...on
}: Pick<DetailProps<Json, JsonObject>, "form" | "recordId" | "record"> & {
  field: FieldPlan;
  value: Json;
  labels: Labels;
}) => {
  if (field.value_type === "rows") return <Rows field={field} value={value} labels={labels} />;
  const view = controlView(field.control);
  if (view?.Detail)
    return <view.Detail value={value} config={field.config} field={field} labels={labels} {...on} />;
  return <div className="ctl-lines">{String(value)}</div>;
};

const view: ControlView<Snapshot, Config> = {
  kind: "snapshot",
  Cell: ({ value, config, labels }) => {
    const { lang, zone, say } = useControlHost();
    const text = partsOf(value, config.kept ?? [], say)
      .filter(({ field }) => field.value_type !== "rows")
      .map(
        (part) => [part.field.control, formatValue(part.value, part.field, { lang, zone, labels })] as const,
      )
      .map(([control, words]) => (control === "richtext" ? plainOf(words) : words))
      .join(BETWEEN);
    return (
      <span className="ctl-clip" title={text}>
        {text}
      </span>
    );
  },
  Detail: ({ value, config, labels, form, recordId, record }) => {
    const { lang, zone, say } = useControlHost();
    const { t } = useTranslation();
    const kept = config.kept ?? [];
    useKinds(kept.flatMap((field) => [field.control, ...(field.fields ?? []).map((one) => one.control)]));
    if (!value) return <span className="ctl-quiet">–</span>;
    const parts = partsOf(value, kept, say);
    const short = parts.filter(({ field, value: part }) => !isTall(field, part));
    return (
      <div className="ctl-kept">
        {value.taken_at ? (
          <div className="ctl-quiet">
            {t("ctl.takenAt", { at: formatInstant(value.taken_at, lang, zone) })}
          </div>
        ) : null}
        {short.length ? (
          <PairList
            pairs={short.map(({ field, value: part, name }) => [
              name,
              <Short key={field.key} field={field} value={part} labels={labels} />,
            ])}
          />
        ) : null}
        {parts
          .filter((part) => !short.includes(part))
          .map(({ field, value: part, name }) => (
            <section key={field.key}>
              <h4>{name}</h4>
              <Tall
                field={field}
                value={part}
                labels={labels}
                form={form}
                recordId={recordId}
                record={record}
              />
            </section>
          ))}
      </div>
    );
  },
  wide: true,
  structured: true,
};

export default view;
