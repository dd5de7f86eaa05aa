/** Filters stand as chips directly above what they filter; a chip opens its own little editor. */

import CloseOutlined from "@ant-design/icons/CloseOutlined";
import FilterOutlined from "@ant-design/icons/FilterOutlined";
import { Button, Popover, Skeleton } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FilterGroup, FilterItem, FormPlan } from "../../api/types";
import type { Offers } from "../../shared/conditions/offers";
import { fieldOf } from "../../shared/fields";
import { isComplete, isGroup, replaceItem } from "../../shared/filters";
import { useControlHost } from "../../shared/host";
import { useSay } from "../../shared/useLang";
import { filterWords, type Picked } from "./filterWords";
import { useFilterNames } from "./useFilterNames";

const FilterEditor = lazy(async () => ({ default: (await import("./FilterEditor")).FilterEditor }));
const FieldPicker = lazy(async () => ({ default: (await import("./FilterEditor")).FieldPicker }));

export const AddFilter = ({
  plan,
  where,
  offers,
  onChange,
  onAdded,
  children,
}: {
  plan: FormPlan;
  where: FilterGroup;
  offers?: Offers;
  /** The button, where it is not a list's. */
  children?: ReactNode;
  onChange: (where: FilterGroup) => void;
  onAdded: (index: number) => void;
}) => {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomLeft"
      destroyOnHidden
      content={
        <Suspense fallback={<Skeleton.Button active />}>
          <FieldPicker
            plan={plan}
            offers={offers}
            onPick={(item) => {
              setOpen(false);
              onChange({ ...where, items: [...where.items, item] });
              onAdded(where.items.length);
            }}
          />
        </Suspense>
      }
    >
      {children ?? (
        <Button type="text" icon={<FilterOutlined />}>
          <span className="tool-name">{t("filter.add")}</span>
        </Button>
      )}
    </Popover>
  );
};

export const FilterChips = ({
  plan,
  where,
  offers,
  open,
  onOpen,
  onChange,
}: {
  plan: FormPlan;
  where: FilterGroup;
  offers?: Offers;
  open: number | null;
  onOpen: (index: number | null) => void;
  onChange: (where: FilterGroup) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const [chosen, setChosen] = useState<Picked>({});
  const picked = useFilterNames(plan, where, chosen);
  if (where.items.length === 0) return null;
  const chip = (item: FilterItem, index: number) => {
    const field = fieldOf(plan, item.field);
    if (!field) return null;
    return (
      <span key={`${item.field}-${index}`} className={isComplete(item) ? "chip" : "chip chip-open"}>
        <Popover
          open={open === index}
          onOpenChange={(next) => onOpen(next ? index : null)}
          trigger="click"
          placement="bottomLeft"
          destroyOnHidden
          content={
            <Suspense fallback={<Skeleton.Button active />}>
              <FilterEditor
                form={plan.key}
                field={field}
                item={item}
                picked={picked}
                offers={offers}
                onPicked={(names) => setChosen((old) => ({ ...old, ...names }))}
                onChange={(next) => onChange(replaceItem(where, index, next))}
                onClose={() => onOpen(null)}
              />
            </Suspense>
          }
        >
          <button type="button" className="chip-text">
            {say(field.label)}{" "}
            <b>
              {filterWords(item, field, { lang, zone, labels: {} }, picked, (key, params) =>
                t(key, { ...params }),
              )}
            </b>
          </button>
        </Popover>
        <button
          type="button"
          className="chip-close"
          aria-label={t("filter.remove", { name: say(field.label) })}
          onClick={() => onChange(replaceItem(where, index, null))}
        >
          <CloseOutlined />
        </button>
      </span>
    );
  };
  return (
    <div className="chips" role="group" aria-label={t("filter.title")}>
      {where.items.map((item, index) => [
        index > 0 ? (
          <button
            key={`j${index}`}
            type="button"
            className="chip-join"
            title={t("filter.joinHint")}
            onClick={() => onChange({ ...where, op: where.op === "and" ? "or" : "and" })}
          >
            {t(`filter.${where.op}`)}
          </button>
        ) : null,
        isGroup(item) ? null : chip(item, index),
      ])}
      <Button type="link" size="small" onClick={() => onChange({ op: "and", items: [] })}>
        {t("filter.clear")}
      </Button>
    </div>
  );
};
