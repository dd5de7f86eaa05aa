/** Editing in the list: saved at once on screen, rolled back with the reason, undone with ⌘Z. */

import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { useUpdate } from "../../api/records";
import type { FieldPlan, FormPlan, RecordData } from "../../api/types";
import { isWritable } from "../../shared/fields";
import type { Json } from "../../shared/json";
import { controlView } from "../../shared/kinds";
import { useNotify } from "../../shared/useNotify";

interface Done {
  recordId: string;
  field: string;
  old: Json;
  revision: number | undefined;
}

export const useInlineEdit = (plan: FormPlan) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const update = useUpdate(plan.key);
  const history = useRef<Done[]>([]);
  const underway = useRef<Promise<void>>(Promise.resolve());
  const send = (
    recordId: string,
    revision: number | undefined,
    field: string,
    value: Json,
    old: Json,
    isUndo: boolean,
  ) =>
    // Not `mutate`: its callbacks hear only of the last of several quick edits.
    update.mutateAsync({ recordId, revision, values: { [field]: value } }).then(
      (answer) => {
        if (isUndo) notify.done(t("list.undone"));
        else history.current.push({ recordId, field, old, revision: answer.record.revision });
      },
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 409) notify.warn(t("list.changedMeanwhile"));
        else notify.failed(error);
      },
    );
  const edit = (record: RecordData, field: FieldPlan, value: Json) => {
    underway.current = send(record.id, record.revision, field.key, value, record[field.key] ?? null, false);
  };
  const undo = () => {
    // The screen shows an edit before the server has answered; taking it back waits for that.
    void underway.current.then(() => {
      const last = history.current.pop();
      if (last) underway.current = send(last.recordId, last.revision, last.field, last.old, null, true);
    });
  };
  const canEdit = (record: RecordData, field: FieldPlan): boolean => {
    const view = controlView(field.control);
    return (
      plan.verbs.edit !== false &&
      record._can?.edit !== false &&
      !record._masked?.includes(field.key) &&
      isWritable(field) &&
      view?.Input !== undefined &&
      view.structured !== true &&
      view.wide !== true
    );
  };
  return { edit, undo, canEdit };
};
