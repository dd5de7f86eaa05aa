/** Above the list: filter, group, columns, density, search; import, export and the bin behind "more". */

import ColumnHeightOutlined from "@ant-design/icons/ColumnHeightOutlined";
import EllipsisOutlined from "@ant-design/icons/EllipsisOutlined";
import GroupOutlined from "@ant-design/icons/GroupOutlined";
import SearchOutlined from "@ant-design/icons/SearchOutlined";
import TableOutlined from "@ant-design/icons/TableOutlined";
import { Button, Dropdown, Input, type MenuProps, Popover, Skeleton } from "antd";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { FormPlan } from "../../api/types";
import { columnFields, fieldOf } from "../../shared/fields";
import { isSearchable } from "../../shared/filters";
import { useSay } from "../../shared/useLang";
import { AddFilter } from "./FilterBar";
import type { Density, ListSettings } from "./settings";

const ColumnsPanel = lazy(async () => ({ default: (await import("./ColumnsPanel")).ColumnsPanel }));

const LinksDialog = lazy(async () => ({ default: (await import("../public_form/LinksDialog")).LinksDialog }));

const SEARCH_WAIT_MS = 250;

export const SearchField = ({ value, onChange }: { value: string; onChange: (text: string) => void }) => {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const wait = setTimeout(() => onChange(text), SEARCH_WAIT_MS);
    return () => clearTimeout(wait);
  }, [text, value, onChange]);
  return (
    <Input
      className="tool-search"
      allowClear
      prefix={<SearchOutlined aria-hidden />}
      placeholder={t("list.search")}
      aria-label={t("list.search")}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
    />
  );
};

const GROUPABLE = new Set(["choice", "reference", "person", "boolean", "date"]);

export interface ToolbarProps {
  plan: FormPlan;
  settings: ListSettings;
  onSettings: (change: Partial<ListSettings>) => void;
  search: string;
  onSearch: (text: string) => void;
  onChipAdded: (index: number) => void;
  isChanged: boolean;
  onSaveView?: () => void;
  onReset: () => void;
  isBin: boolean;
  onBin: (isBin: boolean) => void;
  onExport: (format: "xlsx" | "csv") => void;
  /** Table-only tools are left out for boards and calendars. */
  isTable: boolean;
  children?: ReactNode;
}

const GroupMenu = ({
  plan,
  settings,
  onSettings,
}: Pick<ToolbarProps, "plan" | "settings" | "onSettings">) => {
  const { t } = useTranslation();
  const say = useSay();
  const current = settings.group ? fieldOf(plan, settings.group) : undefined;
  const items: MenuProps["items"] = [
    { key: "", label: t("group.none") },
    { type: "divider" },
    ...columnFields(plan)
      .filter((field) => GROUPABLE.has(field.value_type ?? "") && isSearchable(field))
      .map((field) => ({ key: field.key, label: say(field.label) })),
  ];
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items,
        selectedKeys: [settings.group ?? ""],
        className: "long-menu",
        onClick: ({ key }) => onSettings({ group: key || null }),
      }}
    >
      <Button type="text" icon={<GroupOutlined />} className={current ? "tool-on" : ""}>
        <span className="tool-name">
          {current ? t("group.by", { name: say(current.label) }) : t("group.title")}
        </span>
      </Button>
    </Dropdown>
  );
};

export const Toolbar = (props: ToolbarProps) => {
  const { plan, settings, onSettings } = props;
  const { t } = useTranslation();
  const go = useNavigate();
  const [links, setLinks] = useState(false);
  const densities: Density[] = ["compact", "normal", "loose"];
  const more: MenuProps["items"] = [
    ...(props.onSaveView ? [{ key: "save", label: t("list.saveView") }] : []),
    ...(props.isChanged ? [{ key: "reset", label: t("list.resetView") }] : []),
    { type: "divider" as const },
    ...(plan.public ? [{ key: "public", label: t("links.title") }] : []),
    ...(plan.verbs.import ? [{ key: "import", label: t("list.import") }] : []),
    ...(plan.verbs.export
      ? [
          { key: "xlsx", label: t("list.exportXlsx") },
          { key: "csv", label: t("list.exportCsv") },
        ]
      : []),
    ...(plan.verbs.delete ? [{ key: "bin", label: props.isBin ? t("list.leaveBin") : t("list.bin") }] : []),
  ];
  return (
    <div className="tools" role="toolbar" aria-label={t("list.tools")}>
      <AddFilter
        plan={plan}
        where={settings.where}
        onChange={(where) => onSettings({ where })}
        onAdded={props.onChipAdded}
      />
      {props.isTable ? (
        <>
          <GroupMenu plan={plan} settings={settings} onSettings={onSettings} />
          <Popover
            trigger="click"
            placement="bottomLeft"
            destroyOnHidden
            content={
              <Suspense fallback={<Skeleton active />}>
                <ColumnsPanel
                  plan={plan}
                  columns={settings.columns}
                  frozen={settings.frozen}
                  onChange={onSettings}
                />
              </Suspense>
            }
          >
            <Button type="text" icon={<TableOutlined />}>
              <span className="tool-name">{t("columns.title")}</span>
            </Button>
          </Popover>
          <Dropdown
            trigger={["click"]}
            menu={{
              items: densities.map((key) => ({ key, label: t(`density.${key}`) })),
              selectedKeys: [settings.density],
              onClick: ({ key }) => {
                const density = densities.find((item) => item === key);
                if (density) onSettings({ density });
              },
            }}
          >
            <Button
              type="text"
              icon={<ColumnHeightOutlined />}
              aria-label={t("density.title")}
              className="tool-density"
            />
          </Dropdown>
        </>
      ) : null}
      {props.children}
      <span className="tools-gap" />
      <SearchField value={props.search} onChange={props.onSearch} />
      <Dropdown
        trigger={["click"]}
        menu={{
          items: more,
          onClick: ({ key }) => {
            if (key === "save") props.onSaveView?.();
            if (key === "reset") props.onReset();
            if (key === "import") go(`/import/${plan.key}`);
            if (key === "public") setLinks(true);
            if (key === "bin") props.onBin(!props.isBin);
            if (key === "xlsx" || key === "csv") props.onExport(key);
          },
        }}
      >
        <Button type="text" icon={<EllipsisOutlined />} aria-label={t("list.more")} />
      </Dropdown>
      {links ? (
        <Suspense fallback={null}>
          <LinksDialog plan={plan} onClose={() => setLinks(false)} />
        </Suspense>
      ) : null}
    </div>
  );
};
