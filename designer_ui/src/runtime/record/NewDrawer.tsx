/** A new record, beside whatever one was looking at. */

import { Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { useForm } from "../../api/forms";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { type NewRecord, useFrame } from "../shell/frame";
import { RecordForm } from "./RecordForm";
import { useLeaveGuard } from "./useLeaveGuard";

export const NewDrawer = ({ wanted, onClose }: { wanted: NewRecord; onClose: () => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  const narrow = useNarrow();
  const frame = useFrame();
  const { data: plan, error, refetch } = useForm(wanted.form);
  const { setDirty, guarded } = useLeaveGuard();
  const close = () =>
    guarded(() => {
      wanted.onDone?.(null);
      onClose();
    });
  return (
    <Drawer
      open
      onClose={close}
      closable={{ placement: "end" }}
      size={narrow ? "100%" : 760}
      title={plan ? t("list.create", { name: say(plan.name) }) : t("shell.create")}
      className="drawer-form"
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!plan && !error ? <Loading rows={10} /> : null}
      {plan ? (
        <RecordForm
          plan={plan}
          answer={null}
          autoFocus={!narrow}
          {...(wanted.preset ? { preset: wanted.preset } : {})}
          onCancel={close}
          onDirty={setDirty}
          onSaved={(answer, next) => {
            if (next) return;
            wanted.onDone?.({ id: answer.record.id, label: answer.title });
            onClose();
            if (!wanted.onDone && !wanted.preset) frame.openRecord(wanted.form, answer.record.id);
          }}
        />
      ) : null}
    </Drawer>
  );
};
