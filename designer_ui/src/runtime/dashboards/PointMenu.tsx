/** The menu beside a clicked point: its records and their number, why it is so, only this elsewhere, break it down. */

import { useQuery } from "@tanstack/react-query";
import { Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import type { Picked } from "../../charts/parts/figure";
import { useLang, useSay } from "../../shared/useLang";
import type { CellAnswer, Point, Source } from "./contract";
import type { WordsFor } from "./wording";

export const PointMenu = ({
  picked,
  answer,
  source,
  point,
  words,
  onExplain,
  onOnly,
  onDrill,
  onClose,
}: {
  picked: Picked;
  answer: CellAnswer | undefined;
  source: Source;
  point: Point;
  words: WordsFor;
  onExplain?: () => void;
  onOnly?: () => void;
  onDrill?: (by: string) => void;
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const lang = useLang();
  const { behind, openRecords } = source;
  const opens = behind !== undefined && openRecords !== undefined && answer?.opens !== false;
  const records = useQuery({
    queryKey: ["behind", point],
    queryFn: ({ signal }) => (behind ? behind(point, signal) : Promise.reject(new Error("closed"))),
    enabled: opens,
    retry: false,
    staleTime: 0,
  });
  const found = records.data;
  const items: NonNullable<MenuProps["items"]> = [];
  const name = Object.entries(picked.dims)
    .map(([dimension, value]) => words(dimension, value))
    .join(" · ");
  if (name) items.push({ key: "name", type: "group", label: name });
  if (opens)
    items.push({
      key: "records",
      disabled: !found?.count,
      label: found
        ? t(found.count > 0 ? "dashboard.recordsOf" : "dashboard.recordsNone", { count: found.count })
        : records.error
          ? wordsOf(records.error, lang)
          : t("dashboard.counting"),
      onClick: () => openRecords(point, name),
    });
  found?.also?.forEach((one, at) => {
    if (one.count > 0)
      items.push({
        key: `also ${at}`,
        label: t("dashboard.recordsAlso", { count: one.count, name: say(one.words) }),
        onClick: () => openRecords?.(point, name, at + 1),
      });
  });
  if (onExplain) items.push({ key: "explain", label: t("dashboard.explain"), onClick: onExplain });
  if (onOnly && Object.keys(picked.dims).length > 0)
    items.push({ key: "only", label: t("dashboard.only"), onClick: onOnly });
  const deeper = onDrill ? (answer?.deeper ?? []).filter((one) => !(one.key in picked.dims)) : [];
  if (items.length > 0 && deeper.length > 0) items.push({ type: "divider" });
  for (const one of deeper)
    items.push({
      key: `by ${one.key}`,
      label: t("dashboard.drill", { by: say(one.name) }),
      onClick: () => onDrill?.(one.key),
    });
  return (
    <Dropdown
      open
      trigger={["click"]}
      classNames={{ root: "point-menu" }}
      menu={{ items, onClick: onClose, autoFocus: true }}
      onOpenChange={(open) => !open && onClose()}
    >
      <span className="point-anchor" style={{ left: picked.x, top: picked.y }} />
    </Dropdown>
  );
};
