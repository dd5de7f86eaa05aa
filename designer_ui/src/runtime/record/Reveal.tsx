/** A masked value with its reveal button: one at a time, counted and written down. */

import EyeOutlined from "@ant-design/icons/EyeOutlined";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReveal } from "../../api/records";
import { useMe } from "../../api/session";
import type { FieldPlan } from "../../api/types";
import { BLANK } from "../../shared/format";
import { asText, isObject, type Json } from "../../shared/json";
import { useNotify } from "../../shared/useNotify";

export const Reveal = ({
  form,
  recordId,
  field,
  value,
}: {
  form: string;
  recordId: string;
  field: FieldPlan;
  value: Json;
}) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const { data: me } = useMe();
  const reveal = useReveal(form);
  const [shown, setShown] = useState<Json | undefined>(undefined);
  const right = me?.rights.reveal;
  const canReveal = right === true || (isObject(right) && Number(right.daily ?? 1) > 0);
  if (shown !== undefined)
    return (
      <span className="revealed">{typeof shown === "object" ? JSON.stringify(shown) : String(shown)}</span>
    );
  return (
    <span className="reveal">
      <span className="masked">{asText(value) || BLANK}</span>
      {canReveal && value !== null ? (
        <Button
          size="small"
          type="link"
          icon={<EyeOutlined />}
          loading={reveal.isPending}
          onClick={(event) => {
            event.stopPropagation();
            reveal.mutate(
              { recordId, field: field.key },
              {
                onSuccess: (answer) => {
                  setShown(answer.value);
                  if (typeof answer.left === "number") notify.done(t("reveal.left", { count: answer.left }));
                },
                onError: notify.failed,
              },
            );
          }}
        >
          {t("reveal.show")}
        </Button>
      ) : null}
    </span>
  );
};
