import { lazy } from "react";
import { useTranslation } from "react-i18next";
import type { ControlView } from "../shared/kinds";

export interface Point {
  lng: number;
  lat: number;
}
export interface PointConfig {
  live?: boolean;
  centre?: Point;
}

const EARTH_M = 6_371_008.8;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres along the ground from the point that the field is about; null where it has none. */
export const distanceOf = (point: Point, { centre }: PointConfig): number | null => {
  if (!centre) return null;
  const [a, b] = [rad(point.lat), rad(centre.lat)];
  const h =
    Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(rad(centre.lng - point.lng) / 2) ** 2;
  return Math.round(2 * EARTH_M * Math.asin(Math.sqrt(h)));
};

const wordsOf = ({ lng, lat }: Point): string => `${lng.toFixed(5)}, ${lat.toFixed(5)}`;

const view: ControlView<Point, PointConfig> = {
  kind: "geopoint",
  Input: lazy(() => import("./heavy/PointInput")),
  Cell: ({ value }) => <span className="ctl-num">{value ? wordsOf(value) : null}</span>,
  Detail: ({ value, config }) => {
    const { t } = useTranslation();
    const away = value ? distanceOf(value, config) : null;
    return (
      <span className="ctl-num">
        {value ? wordsOf(value) : null}{" "}
        {away === null ? null : <span className="ctl-quiet">{t("ctl.away", { metres: away })}</span>}
      </span>
    );
  },
};

export default view;
