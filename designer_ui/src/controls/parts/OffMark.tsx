/** Says that a vital sign is above or below what is usual, and what would be. */

import { useTranslation } from "react-i18next";
import { offOf, type Sign, usualOf } from "./vitalSigns";

export const OffMark = ({ sign, value }: { sign: Sign; value: number | undefined }) => {
  const { t } = useTranslation();
  const off = offOf(sign, value);
  if (!off) return null;
  const usual = t("ctl.usual", { range: usualOf(sign) });
  return (
    <span className="ctl-off" title={usual}>
      {t(off === "high" ? "ctl.tooHigh" : "ctl.tooLow")}
      <span className="sr-only">{usual}</span>
    </span>
  );
};
