/** From a number to an alert on it: a new rule that already knows its metric, for those who may make rules. */

import BellOutlined from "@ant-design/icons/BellOutlined";
import { useTranslation } from "react-i18next";
import { ALERT_RULES } from "../../api/alerts";
import { useApp } from "../../api/session";
import { useFrame } from "../shell/frame";
import type { CellAction } from "./CellCard";
import type { CellPart } from "./contract";

export const useMayAlert = (): boolean =>
  useApp().data?.forms.some((one) => one.key === ALERT_RULES && one.verbs.create) ?? false;

export const useAlertOn = (): ((part: CellPart) => readonly CellAction[]) => {
  const { t } = useTranslation();
  const frame = useFrame();
  const may = useMayAlert();
  return ({ metric }) =>
    may && metric
      ? [
          {
            key: "alert",
            label: t("alerts.onThis"),
            icon: <BellOutlined />,
            run: () => frame.openNew({ form: ALERT_RULES, preset: { metric, compare: "fixed" } }),
          },
        ]
      : [];
};
