/** What must be filled before a button does its work, or a card enters its new column. */

import { Button, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormPlan, Labels, Problem, RecordData } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { isBlank, type Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { valuesOf } from "../list/CellEditor";
import { FieldSlot } from "./FieldSlot";
import { problemsByField } from "./formModel";

export const AskFields = ({
  plan,
  record,
  labels,
  keys,
  title,
  okText,
  allRequired,
  masked = [],
  problems = [],
  busy,
  onDone,
  onCancel,
}: {
  plan: FormPlan;
  record: RecordData;
  labels: Labels;
  keys: readonly string[];
  title: string;
  okText: string;
  /** Every field must be filled, not only those that the form requires. */
  allRequired?: boolean;
  masked?: readonly string[];
  problems?: readonly Problem[];
  busy?: boolean;
  onDone: (values: Values) => void;
  onCancel: () => void;
}) => {
  const { t } = useTranslation();
  const [values, setValues] = useState<Values>({});
  const fields = keys.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined);
  useKinds(fields.map((field) => field.control));
  const found = problemsByField(plan, problems);
  const all = { ...valuesOf(record), ...values };
  const isRequired = (field: { required?: boolean }) => allRequired || field.required === true;
  return (
    <Modal
      open
      width={460}
      title={title}
      onCancel={onCancel}
      footer={
        <>
          <Button onClick={onCancel}>{t("common.cancel")}</Button>
          <Button
            type="primary"
            loading={busy}
            disabled={fields.some((field) => isRequired(field) && isBlank(all[field.key]))}
            onClick={() => onDone(values)}
          >
            {okText}
          </Button>
        </>
      }
    >
      <div className="bulk">
        {fields.map((field) => (
          <FieldSlot
            key={field.key}
            form={plan.key}
            recordId={record.id}
            field={field}
            value={all[field.key] ?? null}
            values={all}
            labels={labels}
            state={{ visible: true, required: isRequired(field), readOnly: field.level !== "write" }}
            problems={found.get(field.key)}
            isMasked={masked.includes(field.key)}
            columns={1}
            onChange={(key, value) => setValues((old) => ({ ...old, [key]: value }))}
          />
        ))}
      </div>
    </Modal>
  );
};
