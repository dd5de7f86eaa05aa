/** A point: where the device is, or typed in degrees. */

import { Button, InputNumber, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import type { Point } from "../geopoint";

const PointInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  onChange,
}: InputProps<Point, { live?: boolean }>) => {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  const status = invalid ? "error" : "";
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
  const typed = (part: "lng" | "lat", next: number | null) =>
    onChange(next === null ? null : { lng: value?.lng ?? 0, lat: value?.lat ?? 0, [part]: next });
  return (
    <>
      <Space.Compact block>
        <InputNumber
          id={id ?? ""}
          style={{ width: "100%" }}
          min={-180}
          max={180}
          value={value?.lng ?? null}
          disabled={disabled || config.live === true}
          status={status}
          placeholder={t("ctl.longitude")}
          aria-label={t("ctl.longitude")}
          onChange={(next) => typed("lng", next)}
        />
        <InputNumber
          style={{ width: "100%" }}
          min={-90}
          max={90}
          value={value?.lat ?? null}
          disabled={disabled || config.live === true}
          status={status}
          placeholder={t("ctl.latitude")}
          aria-label={t("ctl.latitude")}
          onChange={(next) => typed("lat", next)}
        />
        <Button disabled={disabled} onClick={locate}>
          {t("ctl.locate")}
        </Button>
      </Space.Compact>
      {note ? <span className="ctl-quiet">{note}</span> : null}
    </>
  );
};

export default PointInput;
