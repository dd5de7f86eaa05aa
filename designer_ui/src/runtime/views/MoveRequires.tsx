/** What must be filled before a card may enter its new column. */

import { useTranslation } from "react-i18next";
import type { FormPlan } from "../../api/types";
import type { Values } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import { AskFields } from "../record/AskFields";
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
  return (
    <AskFields
      plan={plan}
      record={moving.record}
      labels={moving.labels}
      keys={moving.missing}
      title={t("kanban.requires", { name: say(moving.to.label) })}
      okText={t("kanban.move")}
      allRequired
      onDone={onDone}
      onCancel={onCancel}
    />
  );
};
