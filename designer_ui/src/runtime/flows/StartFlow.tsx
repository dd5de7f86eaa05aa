/** Starting a flow by hand: first who would be asked, then one press. */

import { Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type FlowButton, newKey, usePreview, useStartFlow } from "../../api/tasks";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import type { Words } from "../../shared/words";
import { namesOf } from "../tasks/words";

export const StartFlow = ({
  button,
  form,
  ids,
  onClose,
}: {
  button: FlowButton;
  form: string;
  ids: readonly string[];
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const [key] = useState(newKey);
  const start = useStartFlow();
  const one = ids.length === 1 ? (ids[0] ?? "") : "";
  const preview = usePreview(one ? button.flow : null, form, one);
  const run = () =>
    start.mutate(
      { flow: button.flow, trigger: button.trigger, form, ...(one ? { record_id: one } : { ids }), key },
      {
        onSuccess: ({ started, failed }) => {
          if (started.length)
            notify.done(
              one
                ? t("flows.startedOne", { name: say(button.name) })
                : t("flows.startedMany", { count: started.length }),
            );
          const problems = failed[0]?.problems as { message?: Words }[] | undefined;
          if (failed.length)
            notify.warn(t("flows.startFailed", { count: failed.length, why: say(problems?.[0]?.message) }));
          onClose();
        },
        onError: notify.failed,
      },
    );
  const steps = preview.data?.steps ?? [];
  return (
    <Modal
      open
      width={460}
      title={t("flows.startAsk", { name: say(button.name) })}
      okText={t("flows.start")}
      cancelText={t("common.cancel")}
      confirmLoading={start.isPending}
      onOk={run}
      onCancel={onClose}
    >
      {one && preview.isPending ? <Loading rows={3} /> : null}
      {preview.error ? <ErrorState error={preview.error} /> : null}
      {preview.data ? (
        steps.length ? (
          <>
            <p>{t("flows.whoWould")}</p>
            <ol className="flow-preview">
              {steps.map((step, index) => (
                <li key={`${step.node}-${index}`}>
                  {say(step.name)} <small>{namesOf(preview.data.labels, step.people ?? [], 5)}</small>
                </li>
              ))}
            </ol>
            {preview.data.end === "more" || preview.data.end === "unknown" ? (
              <p className="hint">{t("flows.thenMore")}</p>
            ) : null}
          </>
        ) : (
          <p>{t("flows.whoNobody")}</p>
        )
      ) : null}
    </Modal>
  );
};
