/** The way drilled into a chart; each step leads back up. */

import { Breadcrumb } from "antd";
import { useTranslation } from "react-i18next";
import type { Step } from "./board";
import type { WordsFor } from "./wording";

export const Way = ({
  path,
  words,
  onClimb,
}: {
  path: readonly Step[];
  words: WordsFor;
  onClimb: (to: number) => void;
}) => {
  const { t } = useTranslation();
  const names = path.map((step) =>
    Object.entries(step.dims)
      .map(([dimension, value]) => words(dimension, value))
      .join(" · "),
  );
  const items = [t("dashboard.top"), ...names].map((name, at) => ({
    key: at,
    title:
      at === path.length ? (
        name
      ) : (
        <button type="button" className="dash-crumb" onClick={() => onClimb(at)}>
          {name}
        </button>
      ),
  }));
  return <Breadcrumb className="dash-cell-way" items={items} />;
};
