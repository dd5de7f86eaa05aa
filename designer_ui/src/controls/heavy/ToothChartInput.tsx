/** A tooth chart filled by mouse, touch or keyboard; every step can be undone. */

import { Button, Input, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { CodePalette } from "../parts/tooth/CodePalette";
import { Legend } from "../parts/tooth/Legend";
import type { Chart, ChartConfig, Dentition, Layer, Notation, Surface } from "../parts/tooth/model";
import * as model from "../parts/tooth/model";
import { ToothMap, useDescribe } from "../parts/tooth/ToothMap";
import { useHistory } from "../parts/tooth/useHistory";
import { dentitionOf } from "./ToothChartDetail";

const EMPTY: Chart = { teeth: {} };
const LAYER_KEYS: Record<string, Layer> = { f: "found", p: "plan", c: "done" };
const NOTATIONS: readonly Notation[] = ["fdi", "universal", "palmer"];
const DENTITIONS: readonly Dentition[] = ["permanent", "primary", "mixed"];

const isSurfaceKey = (key: string): key is Surface => model.ORDER.some((one) => one === key);

const ToothChartInput = ({
  id,
  value,
  config,
  field,
  disabled,
  onChange,
}: InputProps<Chart, ChartConfig>) => {
  const { t } = useTranslation();
  const say = useSay();
  const narrow = useNarrow();
  const chart = value ?? EMPTY;
  const offered = config.layers ?? ["found", "plan", "done"];
  const [layer, setLayer] = useState<Layer>(offered[0] ?? "found");
  const [layers, setLayers] = useState<ReadonlySet<Layer>>(new Set(offered));
  const [notation, setNotation] = useState<Notation>(config.notation ?? "fdi");
  const [dentition, setDentition] = useState<Dentition>(() => dentitionOf(chart, config));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const [half, setHalf] = useState<"right" | "left">("right");
  const codes = (layer === "found" ? config.conditions : config.procedures) ?? [];
  const brushes = codes.filter((code) => code.on !== "tooth");
  const [picked, setPicked] = useState<string | null>(null);
  const brush = brushes.find((code) => code.key === picked)?.key ?? brushes[0]?.key ?? "";
  const shownConfig = { ...config, notation };
  const describe = useDescribe(shownConfig);
  const history = useHistory<Chart>(chart, (next) => onChange(Object.keys(next.teeth).length ? next : null));
  const change = (next: Chart) => {
    if (!disabled) history.commit(next);
  };
  const targets = chosen.size ? [...chosen] : active ? [active] : [];
  const select = (teeth: Iterable<string>) =>
    setChosen(new Set(config.single ? [...teeth].slice(-1) : teeth));
  const touchTooth = (fdi: string, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => {
    const next = new Set(chosen);
    // A finger has no Ctrl key: on a phone each touch adds or takes away.
    const isAdding = event.ctrlKey || event.metaKey || event.shiftKey || narrow;
    if (event.shiftKey && active) {
      const row = model.rowsOf(dentition).find((teeth) => teeth.some((tooth) => tooth.fdi === fdi)) ?? [];
      const [a, b] = [row.findIndex((one) => one.fdi === active), row.findIndex((one) => one.fdi === fdi)];
      if (a >= 0) for (const tooth of row.slice(Math.min(a, b), Math.max(a, b) + 1)) next.add(tooth.fdi);
      else next.add(fdi);
      select(next);
    } else if (isAdding) {
      if (!next.delete(fdi)) next.add(fdi);
      select(next);
    } else select(chosen.size === 1 && chosen.has(fdi) ? [] : [fdi]);
    setActive(fdi);
  };
  const all = model.rowsOf(dentition).flat();
  const group = (fits: (tooth: model.Tooth) => boolean) => select(all.filter(fits).map((tooth) => tooth.fdi));
  const keys = (event: React.KeyboardEvent) => {
    const key = event.key;
    const here = active ?? all[0]?.fdi ?? "11";
    const tooth = model.TOOTH.get(here);
    const letter = key.toUpperCase();
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if ((event.ctrlKey || event.metaKey) && letter === "Z") {
      done();
      return event.shiftKey ? history.redo() : history.undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key.startsWith("Arrow")) {
      done();
      const next = model.neighbour(here, key, dentition);
      setActive(next);
      setHalf(model.TOOTH.get(next)?.isRight ? "right" : "left");
      if (event.shiftKey) select(new Set([...chosen, here, next]));
      return;
    }
    if (disabled) return;
    const state = /^[0-9]$/.test(key) ? model.STATES[Number(key)] : undefined;
    if (isSurfaceKey(letter)) change(model.toggleSurface(chart, here, letter, layer, brush));
    else if (state) change(model.setStatus(chart, targets.length ? targets : [here], state.key));
    else if (LAYER_KEYS[key] && offered.includes(LAYER_KEYS[key])) setLayer(LAYER_KEYS[key]);
    else if (key === " ") touchTooth(here, { shiftKey: false, ctrlKey: true, metaKey: false });
    else if (key === "Delete" || key === "Backspace")
      change(model.clearTeeth(chart, targets.length ? targets : [here]));
    else if (letter === "Q" && tooth)
      group((one) => one.isUpper === tooth.isUpper && one.isRight === tooth.isRight);
    else if (letter === "A" && tooth) group((one) => one.isUpper === tooth.isUpper);
    else if (key === "+" || key === "=" || key === "-") {
      const at = brushes.findIndex((code) => code.key === brush) + (key === "-" ? -1 : 1);
      setPicked(brushes.at(at % brushes.length)?.key ?? null);
    } else if (key === "Escape" && chosen.size) setChosen(new Set());
    else return;
    done();
  };
  const activeTooth = model.TOOTH.get(active ?? "");
  const shared = {
    chart,
    config: shownConfig,
    dentition,
    layers,
    chosen,
    active,
    idPrefix: `tc-${field.key}`,
    onTooth: touchTooth,
  };
  const paintSurface = (fdi: string, surface: Surface) => {
    setActive(fdi);
    change(model.toggleSurface(chart, fdi, surface, layer, brush));
  };
  const first = targets[0] ? chart.teeth[targets[0]] : undefined;
  return (
    <div className="tc">
      <div className="tc-bar">
        <Segmented
          value={layer}
          options={offered.map((one) => ({ value: one, label: t(`tooth.${one}`) }))}
          onChange={setLayer}
          aria-label={t("tooth.layer")}
        />
        {config.dentition && config.dentition !== "mixed" ? null : (
          <Select
            size="small"
            value={dentition}
            aria-label={t("tooth.dentition")}
            options={DENTITIONS.map((one) => ({ value: one, label: t(`tooth.${one}`) }))}
            onChange={setDentition}
          />
        )}
        <Select
          size="small"
          value={notation}
          aria-label={t("tooth.notation")}
          options={NOTATIONS.map((one) => ({ value: one, label: t(`tooth.${one}`) }))}
          onChange={setNotation}
        />
        <Button size="small" disabled={disabled || !history.canUndo} onClick={history.undo}>
          {t("tooth.undo")}
        </Button>
        <Button size="small" disabled={disabled || !history.canRedo} onClick={history.redo}>
          {t("tooth.redo")}
        </Button>
      </div>
      <CodePalette
        title={t("tooth.brush")}
        codes={brushes}
        isOn={(code) => code === brush}
        disabled={disabled}
        onPick={setPicked}
      />
      {narrow ? (
        <Segmented
          block
          value={half}
          options={[
            { value: "right", label: t("tooth.rightHalf") },
            { value: "left", label: t("tooth.leftHalf") },
          ]}
          onChange={setHalf}
        />
      ) : null}
      <div
        id={id}
        className="tc-stage"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart takes the keys for all of its teeth
        tabIndex={0}
        aria-label={`${say(field.label)}. ${t("tooth.keys")}`}
        aria-activedescendant={active ? `tc-${field.key}-${active}` : undefined}
        onKeyDown={keys}
        onFocus={() => setActive(active ?? all[0]?.fdi ?? null)}
      >
        <ToothMap
          {...shared}
          half={narrow ? half : null}
          {...(disabled ? {} : { onSurface: paintSurface })}
        />
      </div>
      <div className="tc-live" aria-live="polite">
        {activeTooth ? describe(activeTooth, chart.teeth[activeTooth.fdi]) : t("tooth.keys")}
      </div>
      <div className="tc-bar" role="group" aria-label={t("tooth.select")}>
        <span className="tc-label">{t("tooth.select")}</span>
        {([1, 2, 3, 4] as const).map((quadrant) => (
          <Button
            key={quadrant}
            size="small"
            onClick={() => group((tooth) => (Number(tooth.fdi[0]) - 1) % 4 === quadrant - 1)}
          >
            {t(`tooth.quadrant${quadrant}`)}
          </Button>
        ))}
        <Button size="small" onClick={() => group((tooth) => tooth.isUpper)}>
          {t("tooth.upperArch")}
        </Button>
        <Button size="small" onClick={() => group((tooth) => !tooth.isUpper)}>
          {t("tooth.lowerArch")}
        </Button>
        <Button size="small" disabled={!chosen.size} onClick={() => setChosen(new Set())}>
          {t("tooth.none")}
        </Button>
        <span className="tc-label">{t("tooth.chosen", { count: targets.length })}</span>
      </div>
      {layer === "found" ? (
        <CodePalette
          title={t("tooth.states")}
          codes={model.STATES}
          numbered
          isOn={(code) =>
            targets.length > 0 && targets.every((fdi) => (chart.teeth[fdi]?.status ?? "present") === code)
          }
          disabled={disabled || !targets.length}
          onPick={(code) => change(model.setStatus(chart, targets, code))}
        />
      ) : null}
      <CodePalette
        title={t("tooth.whole")}
        codes={codes.filter((code) => code.on !== "surface")}
        isOn={(code) =>
          targets.length > 0 &&
          targets.every((fdi) =>
            layer === "found"
              ? chart.teeth[fdi]?.marks?.includes(code)
              : chart.teeth[fdi]?.[layer]?.some((act) => act.code === code && !act.surfaces),
          )
        }
        disabled={disabled || !targets.length}
        onPick={(code) => change(model.toggleTeeth(chart, targets, layer, code))}
      />
      <div className="tc-bar">
        <span className="tc-label">{t("tooth.mobility")}</span>
        <Segmented
          size="small"
          disabled={disabled || !targets.length}
          value={first?.mobility ?? 0}
          options={[0, 1, 2, 3].map((grade) => ({
            value: grade,
            label: grade ? `${"I".repeat(grade)}°` : "0",
          }))}
          onChange={(mobility) => change(model.setDetail(chart, targets, { mobility }))}
        />
        <Input
          size="small"
          style={{ flex: 1, minWidth: 140 }}
          maxLength={500}
          disabled={disabled || !targets.length}
          value={first?.note ?? ""}
          placeholder={t("tooth.note")}
          aria-label={t("tooth.note")}
          onChange={(event) => change(model.setDetail(chart, targets, { note: event.target.value }))}
        />
        <Button
          size="small"
          disabled={disabled || !targets.some((fdi) => chart.teeth[fdi]?.plan)}
          onClick={() => change(model.finishPlan(chart, targets))}
        >
          {t("tooth.finish")}
        </Button>
        <Button
          size="small"
          disabled={disabled || !targets.some((fdi) => chart.teeth[fdi])}
          onClick={() => change(model.clearTeeth(chart, targets))}
        >
          {t("tooth.clear")}
        </Button>
      </div>
      <Legend layers={layers} offered={offered} onLayers={setLayers} />
    </div>
  );
};

export default ToothChartInput;
