/** Both arches of a perio chart, with labels that stay in sight while one scrolls. */

import { useTranslation } from "react-i18next";
import { LOWER, type PerioChart, type PerioConfig, type Spot, UPPER } from "./model";
import { type ColumnProps, PerioColumn } from "./PerioColumn";
import "./perio.css";

type Handlers = Pick<ColumnProps, "isOpen" | "onMark" | "onPresence" | "onMobility" | "onFurcation">;

export const useWords = (): ColumnProps["words"] => {
  const { t } = useTranslation();
  return {
    presence: t("perio.presence"),
    mobility: t("perio.mobility"),
    furcation: t("perio.furcation"),
    pd: t("perio.pd"),
    rec: t("perio.rec"),
    bop: t("perio.bop"),
    plaque: t("perio.plaque"),
  };
};

export const PerioMap = ({
  chart,
  config,
  spot,
  words,
  handlers,
}: {
  chart: PerioChart;
  config: PerioConfig;
  spot: Spot | null;
  words: ColumnProps["words"];
  handlers: Handlers;
}) => {
  const { t } = useTranslation();
  const hasPlaque = config.plaque !== false;
  const hasFurcation = config.furcation !== false;
  const head = [t("perio.tooth"), words.mobility, ...(hasFurcation ? [words.furcation] : [])];
  const face = (name: string) => [
    ...(hasPlaque ? [words.plaque] : []),
    words.bop,
    words.rec,
    `${words.pd} ${name}`,
    t("perio.cal"),
  ];
  return (
    <>
      {[UPPER, LOWER].map((arch) => {
        const isUpper = arch === UPPER;
        const [outer, inner] = isUpper
          ? [t("perio.buccal"), t("perio.palatal")]
          : [t("perio.lingual"), t("perio.buccal")];
        return (
          <div key={isUpper ? "upper" : "lower"} className="pc-arch">
            <div className="pc-labels" aria-hidden>
              {[...(isUpper ? head : []), ...face(outer)].map((label) => (
                <div key={label}>{label}</div>
              ))}
              <div className="pc-tall" />
              {[...face(inner).reverse(), ...(isUpper ? [] : head)].map((label) => (
                <div key={label}>{label}</div>
              ))}
            </div>
            {arch.map((fdi) => (
              <PerioColumn
                key={fdi}
                fdi={fdi}
                tooth={chart.teeth[fdi]}
                spot={spot?.fdi === fdi ? spot : null}
                warn={config.warn_mm ?? 4}
                hasPlaque={hasPlaque}
                hasFurcation={hasFurcation}
                words={words}
                {...handlers}
              />
            ))}
          </div>
        );
      })}
    </>
  );
};
