/** The menu beside a clicked point: its records, only this on the other charts, break it down. */

import { Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import type { Picked } from "../../charts/parts/figure";
import { useSay } from "../../shared/useLang";
import type { CellAnswer } from "./contract";

export const PointMenu = ({
  picked,
  answer,
  onRecords,
  onOnly,
  onDrill,
  onClose,
}: {
  picked: Picked;
  answer: CellAnswer | undefined;
  onRecords?: () => void;
  onOnly?: () => void;
  onDrill: (by: string) => void;
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const items: NonNullable<MenuProps["items"]> = [];
  if (onRecords) items.push({ key: "records", label: t("dashboard.records"), onClick: onRecords });
  if (onOnly && Object.keys(picked.dims).length > 0)
    items.push({ key: "only", label: t("dashboard.only"), onClick: onOnly });
  const deeper = (answer?.deeper ?? []).filter((one) => !(one.key in picked.dims));
  if (items.length > 0 && deeper.length > 0) items.push({ type: "divider" });
  for (const one of deeper)
    items.push({
      key: `by ${one.key}`,
      label: t("dashboard.drill", { by: say(one.name) }),
      onClick: () => onDrill(one.key),
    });
  return (
    <Dropdown
      open
      trigger={["click"]}
      menu={{ items, onClick: onClose, autoFocus: true }}
      onOpenChange={(open) => !open && onClose()}
    >
      <span className="point-anchor" style={{ left: picked.x, top: picked.y }} />
    </Dropdown>
  );
};
