/** What tabs, steps, folds and columns share: which panes are shown, which one is in front, and their names. */

import { useEffect, useState } from "react";
import type { ControlView, DetailProps, FormStage } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { Pane, PanesConfig } from "./said";
import "../controls.css";

export type PanesProps = DetailProps<never, PanesConfig>;

export const shownPanes = (config: PanesConfig, stage: FormStage): Pane[] =>
  (config.panes ?? []).filter((pane) => stage.holds(pane.visible_if));

/** The place of the pane in front. One with a problem comes forward when the problem is found. */
export const useFront = (
  panes: readonly Pane[],
  stage: FormStage,
): [front: number, show: (place: number) => void] => {
  const [wanted, setWanted] = useState(0);
  const failing = panes.findIndex((pane) => stage.isFailing(pane.items ?? []));
  useEffect(() => {
    if (failing >= 0) setWanted(failing);
  }, [failing]);
  return [Math.min(wanted, Math.max(panes.length - 1, 0)), setWanted];
};

const Names = ({ config }: { config: PanesConfig }) => {
  const say = useSay();
  return <span className="ctl-quiet">{(config.panes ?? []).map((pane) => say(pane.title)).join(" · ")}</span>;
};

/** A view that arranges fields by `Look`; outside a form it only names its panes. */
export const panesView = (
  kind: string,
  Look: (props: { panes: Pane[]; stage: FormStage; name: string; config: PanesConfig }) => React.ReactNode,
): ControlView<never, PanesConfig> => ({
  kind,
  Cell: Names,
  Detail: ({ config, field, stage }: PanesProps) => {
    const say = useSay();
    if (!stage) return <Names config={config} />;
    const panes = shownPanes(config, stage);
    return panes.length ? <Look panes={panes} stage={stage} name={say(field.label)} config={config} /> : null;
  },
  wide: true,
});
