/** What must be filled before a card may enter its new column. */

import { Button, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormPlan } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { isBlank, type Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { valuesOf } from "../list/CellEditor";
import { FieldSlot } from "../record/FieldSlot";
import type { Moving } from "./KanbanView";

export const MoveRequires = ({
  plan,
  moving,
  onDone,
  onCancel,
}: {
  plan: FormPlan;
  moving: Moving;
  onDone: (values: Values) => void;
  onCancel: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [values, setValues] = useState<Values>({});
  const fields = moving.missing.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined);
  useKinds(fields.map((field) => field.control));
  const isReady = fields.every((field) => !isBlank(values[field.key]));
  return (
    <Modal
      open
      width={420}
      title={t("kanban.requires", { name: say(moving.to.label) })}
      onCancel={onCancel}
      footer={
        <>
          <Button onClick={onCancel}>{t("common.cancel")}</Button>
          <Button type="primary" disabled={!isReady} onClick={() => onDone(values)}>
            {t("kanban.move")}
          </Button>
        </>
      }
    >
      <div className="bulk">
        {fields.map((field) => (
          <FieldSlot
            key={field.key}
            form={plan.key}
            recordId={moving.record.id}
            field={field}
            value={values[field.key] ?? null}
            values={{ ...valuesOf(moving.record), ...values }}
            labels={moving.labels}
            state={{ visible: true, required: true, readOnly: field.level !== "write" }}
            problems={undefined}
            isMasked={false}
            columns={1}
            onChange={(key, value) => setValues((old) => ({ ...old, [key]: value }))}
          />
        ))}
      </div>
    </Modal>
  );
};
