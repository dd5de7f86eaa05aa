/** A point: where the device is, or typed in degrees. */

import { Button, InputNumber, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { distanceOf, type Point, type PointConfig } from "../geopoint";

const PointInput = ({ id, value, config, disabled, invalid, onChange }: InputProps<Point, PointConfig>) => {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  // One degree alone is no place yet: it waits here for the other.
  const [half, setHalf] = useState<Partial<Point>>({});
  const status = invalid ? "error" : "";
  const isTyped = !disabled && config.live !== true;
  const locate = () => {
    setNote(t("ctl.locating"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setNote(t("ctl.accuracy", { metres: Math.round(coords.accuracy) }));
        onChange({ lng: Number(coords.longitude.toFixed(6)), lat: Number(coords.latitude.toFixed(6)) });
      },
      () => setNote(t("ctl.cannotLocate")),
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  };
  const typed = (part: keyof Point, next: number | null) => {
    const { [part]: _old, ...other }: Partial<Point> = value ?? half;
    const now: Partial<Point> = next === null ? other : { ...other, [part]: next };
    const { lng, lat } = now;
    setHalf(now);
    onChange(lng === undefined || lat === undefined ? null : { lng, lat });
  };
  const shown = value ?? half;
  const away = value ? distanceOf(value, config) : null;
  const degrees = (part: keyof Point, most: number) => (
    <InputNumber
      {...(part === "lng" ? { id: id ?? "" } : {})}
      style={{ width: "100%" }}
      min={-most}
      max={most}
      value={shown[part] ?? null}
      disabled={!isTyped}
      status={status}
      placeholder={t(part === "lng" ? "ctl.longitude" : "ctl.latitude")}
      aria-label={t(part === "lng" ? "ctl.longitude" : "ctl.latitude")}
      onChange={(next) => typed(part, next)}
    />
  );
  return (
    <>
      <Space.Compact block>
        {degrees("lng", 180)}
        {degrees("lat", 90)}
        <Button disabled={disabled} onClick={locate}>
          {t("ctl.locate")}
        </Button>
      </Space.Compact>
      <span className="ctl-quiet" role="status">
        {note ? `${note} ` : ""}
      </span>
      {away === null ? null : <span className="ctl-quiet">{t("ctl.away", { metres: away })}</span>}
    </>
  );
};

export default PointInput;
