/** What the fillings of the drawing mean; a click shows or hides a layer. */

import { useTranslation } from "react-i18next";
import type { Layer } from "./model";
import "./tooth.css";

export const Legend = ({
  layers,
  offered,
  onLayers,
}: {
  layers: ReadonlySet<Layer>;
  offered: readonly Layer[];
  onLayers: (next: ReadonlySet<Layer>) => void;
}) => {
  const { t } = useTranslation();
  return (
    <div className="tc-legend" role="group" aria-label={t("tooth.layers")}>
      {offered.map((layer) => (
        <button
          key={layer}
          type="button"
          className="tc-code"
          aria-pressed={layers.has(layer)}
          onClick={() => {
            const next = new Set(layers);
            if (!next.delete(layer)) next.add(layer);
            onLayers(next);
          }}
        >
          <i className={`tc-key tc-key-${layer}`} aria-hidden />
          {t(`tooth.${layer}`)}
        </button>
      ))}
    </div>
  );
};
