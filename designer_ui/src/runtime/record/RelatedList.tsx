/** Records of another form that point here, with "add" that fills in the link. */

import PlusOutlined from "@ant-design/icons/PlusOutlined";
import { Button } from "antd";
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useForm } from "../../api/forms";
import { useRecordPage } from "../../api/records";
import type { FieldPlan, FormPlan, Labels, PageTabPlan, Query, RecordData } from "../../api/types";
import { columnFields, fieldOf, titleKey } from "../../shared/fields";
import { isRightAligned } from "../../shared/format";
import { useKinds } from "../../shared/kinds";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "../list/Cell";
import { CellEditor } from "../list/CellEditor";
import { useInlineEdit } from "../list/useInlineEdit";
import { useFrame } from "../shell/frame";

const SHOWN = 50;
/** A second click within this time edits the cell; one click alone opens the record. */
const SECOND_CLICK_MS = 220;

const RelatedRow = ({
  plan,
  record,
  fields,
  labels,
  onOpen,
}: {
  plan: FormPlan;
  record: RecordData;
  fields: readonly FieldPlan[];
  labels: Labels;
  onOpen: () => void;
}) => {
  const inline = useInlineEdit(plan);
  const [editing, setEditing] = useState<string | null>(null);
  const opening = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stop = useCallback(() => {
    if (opening.current) clearTimeout(opening.current);
    opening.current = null;
  }, []);
  useEffect(() => stop, [stop]);
  const click = () => {
    if (editing) return;
    stop();
    opening.current = setTimeout(onOpen, SECOND_CLICK_MS);
  };
  const start = (field: FieldPlan) => {
    if (!inline.canEdit(record, field)) return;
    stop();
    setEditing(field.key);
  };
  const key = (event: KeyboardEvent) => {
    if (editing || event.target !== event.currentTarget) return;
    const first = fields.find((field) => inline.canEdit(record, field));
    if (event.key === "Enter") onOpen();
    else if (event.key === "F2" && first) setEditing(first.key);
  };
  return (
    <tr tabIndex={0} onClick={click} onKeyDown={key}>
      {fields.map((field) => (
        <td key={field.key} className={isRightAligned(field) ? "num" : ""} onDoubleClick={() => start(field)}>
          {editing === field.key ? (
            <CellEditor
              form={plan.key}
              field={field}
              record={record}
              labels={labels}
              onDone={(value) => {
                setEditing(null);
                if (value !== undefined) inline.edit(record, field, value);
              }}
            />
          ) : (
            <RecordCell record={record} field={field} labels={labels} />
          )}
        </td>
      ))}
    </tr>
  );
};

export const RelatedList = ({
  tab,
  form,
  by,
  place,
  recordId,
  title,
}: {
  tab: PageTabPlan;
  form: string;
  by: string;
  /** Where the list stands, `form.tab` or `form.field`: its own condition counts. */
  place: string;
  recordId: string;
  title: string;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const { data: plan, error: planError } = useForm(form);
  const wanted =
    tab.columns?.length || !plan
      ? (tab.columns ?? [])
      : [
          titleKey(plan),
          ...columnFields(plan)
            .slice(0, 4)
            .map((field) => field.key),
        ];
  const query: Query = {
    related: place,
    filter: { op: "and", items: [{ field: by, op: "in", value: [recordId] }] },
    sort: tab.sort?.length ? tab.sort : ["-created_at"],
    limit: SHOWN,
    fields: [...new Set(wanted)],
    count: true,
  };
  const { data, error, isPending, refetch } = useRecordPage(form, query, plan !== undefined);
  const fields = plan
    ? [...new Set(wanted)]
        .map((key) => fieldOf(plan, key))
        .filter((field) => field !== undefined)
        .filter((field) => field.level !== "none")
    : [];
  useKinds(fields.map((field) => field.control));
  if (error || planError) return <ErrorState error={error ?? planError} onRetry={() => void refetch()} />;
  if (!plan || isPending || !data) return <Loading />;
  const add =
    tab.add !== false && plan.verbs.create ? (
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() => frame.openNew({ form, preset: { [by]: recordId }, onDone: () => undefined })}
      >
        {t("list.create", { name: say(plan.name) })}
      </Button>
    ) : null;
  if (data.records.length === 0)
    return (
      <StateView picture="empty" title={t("related.none", { name: say(plan.name) })} action={add}>
        {t("related.noneNext", { title })}
      </StateView>
    );
  const ids = data.records.map((record) => record.id);
  return (
    <div className="related">
      <div className="related-bar">
        <span className="hint">
          {t("list.count", {
            count: data.count?.value ?? ids.length,
            shown: data.count?.value ?? ids.length,
          })}
        </span>
        <span className="tools-gap" />
        {add}
      </div>
      <div className="related-scroll">
        <table>
          <thead>
            <tr>
              {fields.map((field) => (
                <th key={field.key} className={isRightAligned(field) ? "num" : ""}>
                  {say(field.label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.records.map((record) => (
              <RelatedRow
                key={record.id}
                plan={plan}
                record={record}
                fields={fields}
                labels={data.labels}
                onOpen={() => frame.openRecord(form, record.id, ids)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {data.cursor ? <p className="hint">{t("related.firstOnly", { count: SHOWN })}</p> : null}
    </div>
  );
};
