/** A pad to sign on, with finger, pen or mouse; keeps strokes and their times. */

import { Button, Input, Select } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useControlHost } from "../../shared/host";
import { isBlank } from "../../shared/json";
import type { InputProps } from "../../shared/kinds";
import { clinicNow } from "../../shared/now";
import { SignedFigure } from "../parts/SignedFigure";
import type { SignatureConfig, Signed, Stroke, StrokePoint } from "../parts/signed";

/** How many times as wide as it is high a pad is on a wide screen. */
const WIDE = 3;

/** How far an arrow key moves the pen, as a share of the pad's height; with Shift four times as far. */
const STEP = 0.04;
const MOVES: { readonly [key: string]: readonly [x: number, y: number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const share = (part: number, whole: number): number =>
  Math.round(Math.min(1, Math.max(0, part / whole)) * 1e4) / 1e4;

const SignatureInput = (props: InputProps<Signed, SignatureConfig>) => {
  const { t } = useTranslation();
  const { after } = props.config;
  const isEarly = after !== undefined && isBlank(props.record[after]);
  return (
    <>
      {isEarly ? <p className="ctl-quiet">{t("ctl.signLater")}</p> : null}
      {props.value?.doc_hash ? (
        <Given {...props} value={props.value} />
      ) : (
        <Pad {...props} disabled={props.disabled || isEarly} />
      )}
    </>
  );
};

/** One that was kept is not touched up: it stands, or a new one takes its place. */
const Given = ({
  id,
  value,
  disabled,
  onChange,
}: InputProps<Signed, SignatureConfig> & { value: Signed }) => {
  const { t } = useTranslation();
  return (
    <div>
      <SignedFigure value={value} />
      <Button id={id} size="small" disabled={disabled} onClick={() => onChange(null)}>
        {t("ctl.signAgain")}
      </Button>
    </div>
  );
};

const Pad = ({ id, value, config, disabled, onChange }: InputProps<Signed, SignatureConfig>) => {
  const { t } = useTranslation();
  const { say } = useControlHost();
  const pad = useRef<SVGSVGElement>(null);
  const began = useRef(0);
  // In a ref, since points come faster than the screen is drawn.
  const line = useRef<StrokePoint[] | null>(null);
  const [, redraw] = useState(0);
  const setLine = (next: StrokePoint[] | null) => {
    line.current = next;
    redraw((count) => count + 1);
  };
  /** Where the keyboard's pen stands, as shares of the pad; null while nobody writes by keyboard. */
  const [pen, setPen] = useState<readonly [number, number] | null>(null);
  const strokes = value?.strokes ?? [];
  const height = config.height ?? 160;
  const pointOf = (event: React.PointerEvent): StrokePoint => {
    const box = pad.current?.getBoundingClientRect();
    const [width, tall] = [box?.width || 1, box?.height || 1];
    return [
      share(event.clientX - (box?.left ?? 0), width),
      share(event.clientY - (box?.top ?? 0), tall),
      Math.round(Math.min(3_600_000, event.timeStamp - began.current)),
    ];
  };
  const sign = (next: readonly Stroke[]) => {
    if (!next.length) return onChange(null);
    const box = pad.current?.getBoundingClientRect();
    const ratio = box ? Math.min(10, Math.max(0.2, Math.round((box.width / box.height) * 100) / 100)) : 3;
    onChange({
      ...(value?.signer ? { signer: value.signer } : {}),
      strokes: next,
      signed_at: clinicNow().toISOString(),
      ratio,
      device: navigator.userAgent.slice(0, 200),
    });
  };
  const signer = (part: "name" | "relation", next: string) =>
    value && onChange({ ...value, signer: { ...value.signer, [part]: next } });
  const width = height * (value?.ratio ?? WIDE);
  const put = (x: number, y: number, at: number): StrokePoint => [
    share(x, 1),
    share(y, 1),
    Math.round(Math.min(3_600_000, at - began.current)),
  ];
  /** Arrow keys move the pen, the space bar puts it down and lifts it, Backspace takes the last stroke away. */
  const keys = (event: React.KeyboardEvent) => {
    const move = MOVES[event.key];
    if (disabled || !(move || event.key === " " || event.key === "Backspace" || event.key === "Delete"))
      return;
    event.preventDefault();
    const [x, y] = pen ?? [0.1, 0.5];
    if (move) {
      const far = STEP * (event.shiftKey ? 4 : 1);
      const next = put(x + (move[0] * far) / (width / height), y + move[1] * far, event.timeStamp);
      setPen([next[0], next[1]]);
      if (line.current && line.current.length < 2000) setLine([...line.current, next]);
    } else if (event.key !== " ") {
      if (strokes.length) sign(strokes.slice(0, -1));
    } else if (line.current) {
      sign([...strokes, line.current].slice(0, 200));
      setLine(null);
    } else {
      if (!strokes.length) began.current = event.timeStamp;
      setPen([x, y]);
      setLine([put(x, y, event.timeStamp)]);
    }
  };
  const lift = () => {
    // Who leaves with the pen down has drawn what stands there.
    if (line.current) sign([...strokes, line.current].slice(0, 200));
    setLine(null);
    setPen(null);
  };
  return (
    <div>
      {config.statement ? <p className="ctl-lines">{say(config.statement)}</p> : null}
      <div className="ctl-pad-box" style={{ maxWidth: height * WIDE }}>
        {strokes.length || line.current ? null : (
          <span className="ctl-pad-hint" aria-hidden>
            {t("ctl.signHere")}
          </span>
        )}
        <svg
          id={id}
          ref={pad}
          className="ctl-pad"
          style={{ height }}
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="application"
          tabIndex={disabled ? -1 : 0}
          aria-label={t("ctl.signKeys")}
          onKeyDown={keys}
          onBlur={lift}
          onPointerDown={(event) => {
            if (disabled || event.button > 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            if (!strokes.length) began.current = event.timeStamp;
            setLine([pointOf(event)]);
          }}
          onPointerMove={(event) => {
            if (line.current && line.current.length < 2000) setLine([...line.current, pointOf(event)]);
          }}
          onPointerUp={() => {
            if (line.current) sign([...strokes, line.current].slice(0, 200));
            setLine(null);
          }}
          onPointerCancel={() => setLine(null)}
        >
          {[...strokes, ...(line.current ? [line.current] : [])].map((stroke, place) => (
            <polyline
              key={place}
              points={stroke.map(([x, y]) => `${x * width},${y * height}`).join(" ")}
              fill="none"
              stroke="currentColor"
              strokeWidth={2.5}
              strokeLinecap="round"
              strokeLinejoin="round"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {pen ? (
            <circle
              className="ctl-pen"
              cx={pen[0] * width}
              cy={pen[1] * height}
              r={5}
              fillOpacity={line.current ? 1 : 0}
            />
          ) : null}
        </svg>
      </div>
      <div className="sr-only" aria-live="polite">
        {pen ? t(line.current ? "ctl.penDown" : "ctl.penUp") : ""}{" "}
        {strokes.length ? t("ctl.strokes", { count: strokes.length }) : ""}
      </div>
      <div className="ctl-row">
        <Button
          size="small"
          disabled={disabled || !strokes.length}
          onClick={() => sign(strokes.slice(0, -1))}
        >
          {t("ctl.undoStroke")}
        </Button>
        <Button size="small" disabled={disabled || !strokes.length} onClick={() => onChange(null)}>
          {t("ctl.signAgain")}
        </Button>
        {config.ask_name ? (
          <>
            <Input
              size="small"
              style={{ width: 140 }}
              maxLength={50}
              disabled={disabled || !value}
              value={value?.signer?.name ?? ""}
              placeholder={t("ctl.signerName")}
              aria-label={t("ctl.signerName")}
              onChange={(event) => signer("name", event.target.value)}
            />
            <Select
              size="small"
              style={{ width: 110 }}
              disabled={disabled || !value}
              value={value?.signer?.relation ?? null}
              placeholder={t("ctl.relation")}
              aria-label={t("ctl.relation")}
              options={(config.relations ?? ["本人"]).map((one) => ({ value: one, label: one }))}
              onChange={(next: string) => signer("relation", next)}
            />
          </>
        ) : null}
      </div>
    </div>
  );
};

export default SignatureInput;
