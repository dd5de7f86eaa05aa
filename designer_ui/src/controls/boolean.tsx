import { lazy } from "react";
import { useTranslation } from "react-i18next";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";

export interface BooleanConfig {
  look?: string;
  three_state?: boolean;
  yes?: Words;
  no?: Words;
}

const view: ControlView<boolean, BooleanConfig> = {
  kind: "boolean",
  Input: lazy(() => import("./heavy/BooleanInput")),
  Cell: ({ value, config }) => {
    const { t } = useTranslation();
    const say = useSay();
    const words = value ? say(config.yes) || t("ctl.yes") : say(config.no) || t("ctl.no");
    return <span className={value ? "" : "ctl-quiet"}>{value ? `✓ ${words}` : words}</span>;
  },
};

export default view;
