import { useTranslation } from "react-i18next";
import { asText, isArray, isBlank, isObject, type Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import "./controls.css";

/** Words of whatever the allergies are kept as: text, options, or rows with a substance. */
const wordsOf = (value: Json): string[] => {
  if (isBlank(value)) return [];
  if (isArray(value)) return value.flatMap(wordsOf);
  if (isObject(value)) {
    const parts = [value.substance ?? value.name ?? value.label, value.reaction, value.severity];
    return [
      parts
        .map((part) => asText(part))
        .filter(Boolean)
        .join(" "),
    ].filter(Boolean);
  }
  return [String(value)];
};

const Banner = ({ value }: { value: Json }) => {
  const { t } = useTranslation();
  const words = wordsOf(value);
  if (!words.length) return <div className="ctl-banner ctl-banner-calm">{t("ctl.noAllergy")}</div>;
  return (
    <div className="ctl-banner" role="alert">
      <span aria-hidden>⚠</span>
      <span>{t("ctl.allergies")}</span>
      {words.map((one) => (
        <span key={one}>{one}</span>
      ))}
    </div>
  );
};

const view: ControlView<Json> = {
  kind: "allergy_banner",
  Cell: ({ value }) => <Banner value={value} />,
  wide: true,
};

export default view;
