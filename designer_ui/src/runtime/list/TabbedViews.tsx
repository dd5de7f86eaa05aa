/** A page's heading: title, tabs of views, my own views, and the one primary button. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import PlusOutlined from "@ant-design/icons/PlusOutlined";
import { App, Button, Dropdown, Input, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useForm } from "../../api/forms";
import { useSavedViews, useSaveViews } from "../../api/records";
import type { FormPlan, SavedView, ViewPlan } from "../../api/types";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useFrame } from "../shell/frame";
import { keep, type ListSettings } from "./settings";
import { ViewHost } from "./ViewHost";

export interface TabItem {
  key: string;
  name: string;
  path: string;
}

const MINE = "my:";

/** The shared view under a personal one may have gone since; the personal one then stands alone. */
const standing = (plan: FormPlan, view: SavedView | undefined): SavedView | undefined => {
  if (!view?.base || plan.views.some((one) => one.key === view.base)) return view;
  const { base: _gone, ...rest } = view;
  return rest;
};

const viewOf = (
  plan: FormPlan,
  wanted: string | null | undefined,
  mine: readonly SavedView[],
): ViewPlan | SavedView | undefined =>
  standing(
    plan,
    mine.find((view) => `${MINE}${view.key}` === wanted),
  ) ??
  plan.views.find((view) => view.key === wanted) ??
  (wanted ? undefined : plan.views[0]);

const asSaved = (
  settings: ListSettings,
  key: string,
  name: string,
  base: ViewPlan | undefined,
): SavedView => ({
  key,
  kind: "table",
  name: { zh: name, en: name },
  ...(base ? { base: base.key } : {}),
  columns: settings.columns,
  sort: settings.sort,
  group: settings.group,
  totals: settings.totals,
  where: settings.where,
  widths: settings.widths,
  frozen: settings.frozen,
  density: settings.density,
});

const SaveView = ({ onSave, onClose }: { onSave: (name: string) => void; onClose: () => void }) => {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const save = () => name.trim() && onSave(name.trim());
  return (
    <Modal
      open
      title={t("list.saveView")}
      okText={t("common.save")}
      cancelText={t("common.cancel")}
      onOk={save}
      okButtonProps={{ disabled: !name.trim() }}
      onCancel={onClose}
    >
      <div className="stacked">
        {t("list.viewName")}
        <Input
          aria-label={t("list.viewName")}
          autoFocus
          maxLength={30}
          value={name}
          placeholder={t("list.viewNameHint")}
          onChange={(event) => setName(event.target.value)}
          onPressEnter={save}
        />
      </div>
    </Modal>
  );
};

export const TabbedViews = ({
  title,
  tabs,
  current,
  form,
  view: wanted,
  pathOf,
}: {
  title: string;
  tabs: readonly TabItem[];
  current: string;
  form: string;
  view: string | null | undefined;
  /** The address of a personal view, given its tab key. */
  pathOf: (key: string) => string;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const go = useNavigate();
  const frame = useFrame();
  const notify = useNotify();
  const { modal } = App.useApp();
  const { data: plan, error, refetch } = useForm(form);
  const { data: mine = [] } = useSavedViews(form);
  const saveViews = useSaveViews(form);
  const [saving, setSaving] = useState<ListSettings | null>(null);
  const view = plan ? viewOf(plan, wanted, mine) : undefined;
  useEffect(() => {
    document.title = title ? `${title} · Clinicraft` : "Clinicraft";
  }, [title]);
  const bar = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab, another place in the row
  useEffect(() => {
    const on = bar.current?.querySelector<HTMLElement>(".tab-on");
    const { current: row } = bar;
    // Only the row itself moves, never the page.
    if (row && on) row.scrollLeft = on.offsetLeft - row.offsetLeft - (row.clientWidth - on.offsetWidth) / 2;
  }, [current, mine.length]);
  const save = (name: string) => {
    if (!saving || !plan) return;
    const key = `v${Date.now().toString(36)}`;
    const base = view && "base" in view ? plan.views.find((item) => item.key === view.base) : view;
    saveViews.mutate([...mine, asSaved(saving, key, name, base)], {
      onSuccess: () => {
        notify.done(t("list.viewSaved"));
        // The changes now live in the new view; the shared one stands as its author made it.
        if (view) keep(plan.key, view.key, null);
        go(pathOf(MINE + key));
      },
      onError: notify.failed,
    });
    setSaving(null);
  };
  const removeView = (key: string) =>
    modal.confirm({
      title: t("list.removeView"),
      okText: t("common.delete"),
      cancelText: t("common.cancel"),
      onOk: () =>
        saveViews.mutate(
          mine.filter((item) => item.key !== key),
          { onSuccess: () => go(pathOf("")) },
        ),
    });
  return (
    <div className="page page-list">
      <div className="head">
        <h1>{title}</h1>
        <div ref={bar} className="tabs" role="tablist" aria-label={t("list.views")}>
          {tabs.map((tab) => (
            <Link
              key={tab.key}
              to={tab.path}
              role="tab"
              aria-selected={tab.key === current}
              className={tab.key === current ? "tab tab-on" : "tab"}
            >
              {tab.name}
            </Link>
          ))}
          {mine.map((item) => {
            const key = MINE + item.key;
            const isOn = key === current;
            return (
              <span key={key} className={isOn ? "tab tab-on tab-mine" : "tab tab-mine"} role="presentation">
                <Link to={pathOf(key)} role="tab" aria-selected={isOn}>
                  {say(item.name)}
                </Link>
                {isOn ? (
                  <Dropdown
                    trigger={["click"]}
                    menu={{
                      items: [{ key: "remove", label: t("list.removeView") }],
                      onClick: () => removeView(item.key),
                    }}
                  >
                    <button type="button" className="tab-more" aria-label={t("list.viewMenu")}>
                      <DownOutlined />
                    </button>
                  </Dropdown>
                ) : null}
              </span>
            );
          })}
        </div>
        {plan?.verbs.create ? (
          <Button
            type="primary"
            className="head-new"
            icon={<PlusOutlined />}
            onClick={() => frame.openNew({ form })}
          >
            {t("list.create", { name: say(plan.name) })}
          </Button>
        ) : null}
      </div>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!plan && !error ? <Loading rows={12} /> : null}
      {plan ? <ViewHost plan={plan} view={view} onSaveView={setSaving} /> : null}
      {saving ? <SaveView onSave={save} onClose={() => setSaving(null)} /> : null}
    </div>
  );
};
