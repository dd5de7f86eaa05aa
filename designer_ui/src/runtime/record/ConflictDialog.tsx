/** Someone else changed the same fields: choose field by field, nothing is lost. */

import { Button, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Clash, FormPlan, Labels } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { formatValue } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { Values } from "../../shared/json";
import { useSay } from "../../shared/useLang";

export const ConflictDialog = ({
  plan,
  clashes,
  labels,
  onChoose,
  onCancel,
}: {
  plan: FormPlan;
  clashes: readonly Clash[];
  labels: Labels;
  onChoose: (values: Values) => void;
  onCancel: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  const choose = (key: string, isTheirs: boolean) => {
    const next = new Set(theirs);
    if (isTheirs) next.add(key);
    else next.delete(key);
    setTheirs(next);
  };
  return (
    <Modal
      open
      width={640}
      title={t("conflict.title")}
      onCancel={onCancel}
      footer={
        <>
          <Button onClick={onCancel}>{t("conflict.back")}</Button>
          <Button
            type="primary"
            onClick={() =>
              onChoose(
                Object.fromEntries(
                  clashes.map((clash) => [clash.field, theirs.has(clash.field) ? clash.theirs : clash.yours]),
                ),
              )
            }
          >
            {t("conflict.save")}
          </Button>
        </>
      }
    >
      <p>{t("conflict.text")}</p>
      <table className="conflict">
        <thead>
          <tr>
            <th>{t("conflict.field")}</th>
            <th>{t("conflict.yours")}</th>
            <th>{t("conflict.theirs")}</th>
          </tr>
        </thead>
        <tbody>
          {clashes.map((clash) => {
            const field = fieldOf(plan, clash.field);
            if (!field) return null;
            const look = { lang, zone, labels };
            return (
              <tr key={clash.field}>
                <th scope="row">{say(field.label)}</th>
                <td>
                  <Radio checked={!theirs.has(clash.field)} onChange={() => choose(clash.field, false)}>
                    {formatValue(clash.yours, field, look)}
                  </Radio>
                </td>
                <td>
                  <Radio checked={theirs.has(clash.field)} onChange={() => choose(clash.field, true)}>
                    {formatValue(clash.theirs, field, look)}
                  </Radio>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Modal>
  );
};
