/** What can be done with the chosen rows. */

import CloseOutlined from "@ant-design/icons/CloseOutlined";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export const SelectionBar = ({
  count,
  total,
  isAll,
  isBin,
  canEdit,
  canDelete,
  busy,
  onAll,
  onEdit,
  quick,
  onDelete,
  onRestore,
  onClear,
  more,
}: {
  count: number;
  total: number | null;
  isAll: boolean;
  isBin: boolean;
  canEdit: boolean;
  canDelete: boolean;
  busy: boolean;
  onAll: () => void;
  /** Opens the bulk edit, at a field or at the choice of one. */
  onEdit: (field: string | null) => void;
  /** Fields with a button of their own: who looks after them, tags. */
  quick: readonly { key: string; name: string }[];
  onDelete: () => void;
  onRestore: () => void;
  onClear: () => void;
  /** Further things to do with them, as flows offer. */
  more?: ReactNode;
}) => {
  const { t } = useTranslation();
  const hasNone = count === 0 && !isAll;
  return (
    <div className="selection" role="toolbar" aria-label={t("selection.title")}>
      <b>
        {hasNone
          ? t("selection.none")
          : isAll && total !== null
            ? t("selection.all", { count: total })
            : t("selection.count", { count })}
      </b>
      {!isAll && !isBin && total !== null && total > count ? (
        <Button type="link" size="small" onClick={onAll}>
          {t("selection.takeAll", { count: total })}
        </Button>
      ) : null}
      <span className="tools-gap" />
      {hasNone ? null : isBin ? (
        <Button size="small" type="primary" loading={busy} onClick={onRestore}>
          {t("selection.restore")}
        </Button>
      ) : (
        <>
          {more}
          {canEdit
            ? quick.map(({ key, name }) => (
                <Button key={key} size="small" onClick={() => onEdit(key)}>
                  {name}
                </Button>
              ))
            : null}
          {canEdit ? (
            <Button size="small" loading={busy} onClick={() => onEdit(null)}>
              {t("selection.edit")}
            </Button>
          ) : null}
          {canDelete && !isAll ? (
            <Button size="small" danger loading={busy} onClick={onDelete}>
              {t("selection.delete")}
            </Button>
          ) : null}
        </>
      )}
      <Button
        size="small"
        type="text"
        icon={<CloseOutlined />}
        aria-label={t("selection.clear")}
        onClick={onClear}
      />
    </div>
  );
};
