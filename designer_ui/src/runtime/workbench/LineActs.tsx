/** What can be done to a line without leaving: call, done, later. Each can be taken back. */

import CheckOutlined from "@ant-design/icons/CheckOutlined";
import ClockCircleOutlined from "@ant-design/icons/ClockCircleOutlined";
import PhoneOutlined from "@ant-design/icons/PhoneOutlined";
import { Button, Dropdown } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { useUndoBatch, useUpdate } from "../../api/records";
import type { FieldPlan, FormPlan, Labels, RecordData } from "../../api/types";
import { fieldOf, isWritable } from "../../shared/fields";
import { addDays, instantOf, localDay, optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, type Values } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { useNotify } from "../../shared/useNotify";
import type { Moving } from "../views/KanbanView";
import { MoveRequires } from "../views/MoveRequires";

const DONE = "done";
const MORNING = "09:30";

/** Choices of "later": in an hour, tomorrow, in three days, next Monday; `moment` in UTC. */
export const laterChoices = (now: Date, zone: string): { key: string; moment: string }[] => {
  const today = localDay(now, zone);
  const weekday = new Date(`${today}T12:00:00Z`).getUTCDay() || 7;
  const at = (days: number) => instantOf(addDays(today, days), MORNING, zone);
  return [
    { key: "hour", moment: new Date(now.getTime() + 3_600_000).toISOString() },
    { key: "tomorrow", moment: at(1) },
    { key: "threeDays", moment: at(3) },
    // On a Sunday that is tomorrow, and said already.
    ...(weekday === 7 ? [] : [{ key: "monday", moment: at(8 - weekday) }]),
  ];
};

/** The stage field by which a line is ticked off without being asked anything; null where there is none. */
const doneField = (plan: FormPlan): FieldPlan | null =>
  plan.fields.find(
    (field) =>
      field.control === "stage" &&
      isWritable(field) &&
      optionsOf(field).some((option) => option.key === DONE && !option.requires?.length),
  ) ?? null;

/** The fields that the server asks for before it lets the line go. */
const fieldsOf = (plan: FormPlan, error: unknown): string[] =>
  error instanceof ApiError
    ? error.problems
        .map((problem) => problem.path.split("/").at(-1) ?? "")
        .filter((key) => {
          const field = fieldOf(plan, key);
          return field !== undefined && isWritable(field);
        })
    : [];

export const LineActs = ({
  plan,
  record,
  labels,
  dueKey,
  phone,
}: {
  plan: FormPlan;
  record: RecordData;
  labels: Labels;
  dueKey: string | undefined;
  phone: string;
}) => {
  const { t } = useTranslation();
  const { zone } = useControlHost();
  const notify = useNotify();
  const update = useUpdate(plan.key);
  const undo = useUndoBatch();
  const canEdit = plan.verbs.edit !== false && record._can?.edit !== false;
  const due = dueKey ? fieldOf(plan, dueKey) : undefined;
  const done = canEdit && due ? doneField(plan) : null;
  const canWait = canEdit && due !== undefined && isWritable(due) && due.value_type === "datetime";
  const [moving, setMoving] = useState<Moving | null>(null);
  const ticked = t("workbench.ticked", { name: asText(record.title) });
  const change = (values: Values, words: string, onLacking?: (fields: string[]) => void) => {
    const said = ({ batch }: { batch?: string | null }) =>
      notify.done(words, batch ? () => void undo.mutateAsync(batch).catch(notify.failed) : undefined);
    const failed = (error: unknown) => {
      const lacking = onLacking ? fieldsOf(plan, error) : [];
      if (lacking.length) onLacking?.(lacking);
      else notify.failed(error);
    };
    void update.mutateAsync({ recordId: record.id, revision: record.revision, values }).then(said, failed);
  };
  const tick = (field: FieldPlan) => {
    const to = optionsOf(field).find((option) => option.key === DONE);
    change({ [field.key]: DONE }, ticked, (missing) => {
      if (to) setMoving({ record, labels, to, missing });
    });
  };
  if (!done && !canWait && !phone) return null;
  return (
    <span className="work-acts">
      {phone ? (
        <a
          className="work-call"
          href={`tel:${phone}`}
          aria-label={t("workbench.call", { phone })}
          title={phone}
        >
          <PhoneOutlined />
        </a>
      ) : null}
      {canWait && dueKey ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: laterChoices(clinicNow(), zone).map(({ key }) => ({ key, label: t(`workbench.${key}`) })),
            onClick: ({ key }) => {
              const found = laterChoices(clinicNow(), zone).find((choice) => choice.key === key);
              if (found) change({ [dueKey]: found.moment }, t("workbench.postponed"));
            },
          }}
        >
          <Button
            type="text"
            size="small"
            icon={<ClockCircleOutlined />}
            aria-label={t("workbench.later")}
            title={t("workbench.later")}
          />
        </Dropdown>
      ) : null}
      {done ? (
        <Button
          type="text"
          size="small"
          icon={<CheckOutlined />}
          loading={update.isPending}
          aria-label={t("workbench.done")}
          title={t("workbench.done")}
          onClick={() => tick(done)}
        />
      ) : null}
      {moving && done ? (
        <MoveRequires
          plan={plan}
          moving={moving}
          onCancel={() => setMoving(null)}
          onDone={(values) => {
            setMoving(null);
            change({ [done.key]: DONE, ...values }, ticked);
          }}
        />
      ) : null}
    </span>
  );
};
