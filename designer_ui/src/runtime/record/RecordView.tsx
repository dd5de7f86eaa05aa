/** Everything about one record: header, alert banner, tabs. */

import EllipsisOutlined from "@ant-design/icons/EllipsisOutlined";
import { App, Button, Dropdown, Tabs } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useForm } from "../../api/forms";
import { useDelete, useRecord, useRestore } from "../../api/records";
import type { FormPlan, PageTabPlan, RecordAnswer } from "../../api/types";
import { ErrorState, Loading } from "../../shared/States";
import { useShortcuts } from "../../shared/shortcuts";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { valuesOf } from "../list/CellEditor";
import { liesIn } from "../pools/lying";
import { Actions } from "./Actions";
import { FactsTab } from "./FactsTab";
import { usePaper } from "./paper/usePaper";
import { RecordForm } from "./RecordForm";
import { RecordHeader } from "./RecordHeader";
import { RelatedList } from "./RelatedList";
import { Timeline } from "./Timeline";

const History = lazy(async () => ({ default: (await import("./History")).History }));
const ClaimOne = lazy(async () => ({ default: (await import("../pools/Claim")).ClaimOne }));
const RecordFlows = lazy(async () => ({ default: (await import("../flows/RecordFlows")).RecordFlows }));
const SplitTarget = lazy(async () => ({ default: (await import("../targets/SplitTarget")).SplitTarget }));
const Explain = lazy(async () => ({ default: (await import("./Explain")).Explain }));

/** The bar holds tabs and a button for those that have no room; only the former are the tab list. */
const listOnly = (tabs: { nativeElement: HTMLElement | null } | null): void => {
  const bar = tabs?.nativeElement?.querySelector(":scope > [role=tablist]");
  const list = bar?.querySelector(".ant-tabs-nav-list");
  bar?.removeAttribute("role");
  bar?.removeAttribute("aria-orientation");
  list?.setAttribute("role", "tablist");
};

const FORM_TAB: PageTabPlan = { key: "form", kind: "form" };
const TIMELINE_TAB: PageTabPlan = { key: "timeline", kind: "timeline" };

/** The plan's tabs; a form and a timeline are there in any case. */
export const tabsOf = (plan: FormPlan): PageTabPlan[] => {
  const tabs = plan.page.tabs?.length ? plan.page.tabs : [FORM_TAB, TIMELINE_TAB];
  return tabs.some((tab) => tab.kind === "form") ? tabs : [...tabs, FORM_TAB];
};

const TabBody = ({
  tab,
  plan,
  answer,
  onDirty,
}: {
  tab: PageTabPlan;
  plan: FormPlan;
  answer: RecordAnswer;
  onDirty: (dirty: boolean) => void;
}) => {
  const { id } = answer.record;
  if (tab.kind === "timeline") return <Timeline form={plan.key} recordId={id} title={answer.title} />;
  if (tab.kind === "related" && tab.form && tab.by)
    return (
      <RelatedList
        tab={tab}
        form={tab.form}
        by={tab.by}
        place={`${plan.key}.${tab.key}`}
        recordId={id}
        title={answer.title}
      />
    );
  if (tab.kind === "fields") return <FactsTab plan={plan} answer={answer} items={tab.items ?? []} />;
  return <RecordForm plan={plan} answer={answer} onSaved={() => undefined} onDirty={onDirty} />;
};

export const RecordView = ({
  form,
  recordId,
  isDrawer,
  isEdit = false,
  onDirty,
  onGone,
}: {
  form: string;
  recordId: string;
  isDrawer: boolean;
  isEdit?: boolean;
  onDirty: (dirty: boolean) => void;
  onGone: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { modal } = App.useApp();
  const { data: plan, error: planError } = useForm(form);
  const { data: answer, error, refetch } = useRecord(form, recordId);
  const remove = useDelete(form);
  const restore = useRestore(form);
  const [chosen, setTab] = useState<string | null>(null);
  const [page, setPage] = useState<HTMLElement | null>(null);
  const tabs = plan ? tabsOf(plan) : [];
  const tab = chosen ?? (isEdit ? (tabs.find((item) => item.kind === "form")?.key ?? null) : null);
  const formTab = tabs.find((item) => item.kind === "form")?.key ?? "form";
  const { print, paper } = usePaper(plan, answer, isDrawer);
  useShortcuts([{ keys: "e", run: () => setTab(formTab) }]);
  if (error || planError) return <ErrorState error={error ?? planError} onRetry={() => void refetch()} />;
  if (!plan || !answer) return <Loading rows={10} />;
  const erase = () =>
    modal.confirm({
      title: t("record.deleteAsk", { form: say(plan.name), name: answer.title || answer.record.no || "" }),
      content: t("record.deleteText"),
      okText: t("common.delete"),
      okButtonProps: { danger: true },
      cancelText: t("common.cancel"),
      onOk: () =>
        remove.mutateAsync(recordId).then(
          () => {
            onGone();
            notify.done(t("record.deleted", { name: answer.title }), () =>
              // By then this page has closed, and callbacks given to `mutate` would have gone with it.
              restore.mutateAsync(recordId).catch(notify.failed),
            );
          },
          (failure: unknown) => notify.failed(failure),
        ),
    });
  const menu = [
    { key: "copy", label: t("record.copyLink") },
    ...(print ? [{ key: "print", label: t("record.print") }] : []),
    ...(answer.can.delete ? [{ key: "delete", label: t("common.delete"), danger: true }] : []),
  ];
  const shownTabs = [
    ...tabs.map((item) => ({
      key: item.key,
      label: say(item.name) || t(`record.tab_${item.kind}`),
      children: <TabBody tab={item} plan={plan} answer={answer} onDirty={onDirty} />,
    })),
    {
      key: "__flows",
      label: t("flows.panel"),
      children: (
        <Suspense fallback={<Loading />}>
          <RecordFlows form={form} recordId={recordId} />
        </Suspense>
      ),
    },
    {
      key: "__history",
      label: t("record.history"),
      children: (
        <Suspense fallback={<Loading />}>
          <History plan={plan} recordId={recordId} labels={answer.labels} />
        </Suspense>
      ),
    },
    {
      key: "__explain",
      label: t("record.explain"),
      children: (
        <Suspense fallback={<Loading />}>
          <Explain form={form} recordId={recordId} />
        </Suspense>
      ),
    },
  ];
  return (
    <article
      ref={setPage}
      className={`record${isDrawer ? " record-drawer" : ""}${print ? "" : " record-unprinted"}`}
    >
      {paper}
      <RecordHeader
        plan={plan}
        answer={answer}
        actions={
          <>
            <Actions plan={plan} answer={answer} page={page} onPrint={() => print?.()} />
            {(plan.pools ?? [])
              .filter((pool) => liesIn(pool, valuesOf(answer.record)))
              .map((pool) => (
                <Suspense key={pool.key} fallback={null}>
                  <ClaimOne pool={pool} recordId={recordId} />
                </Suspense>
              ))}
            {plan.splits && answer.can.edit ? (
              <Suspense fallback={null}>
                <SplitTarget form={form} recordId={recordId} />
              </Suspense>
            ) : null}
            {answer.can.edit && tab !== formTab && tabs[0]?.kind !== "form" ? (
              <Button type="primary" onClick={() => setTab(formTab)}>
                {t("record.edit")}
              </Button>
            ) : null}
            <Dropdown
              trigger={["click"]}
              menu={{
                items: menu,
                onClick: ({ key }) => {
                  if (key === "delete") erase();
                  if (key === "print") print?.();
                  if (key === "copy")
                    void navigator.clipboard
                      .writeText(`${window.location.origin}/r/${form}/${recordId}`)
                      .then(() => notify.done(t("record.copied")));
                },
              }}
            >
              <Button icon={<EllipsisOutlined />} aria-label={t("record.more")} />
            </Dropdown>
          </>
        }
      />
      <Tabs
        ref={listOnly}
        size="small"
        className="record-tabs"
        activeKey={tab ?? shownTabs[0]?.key ?? ""}
        onChange={setTab}
        items={shownTabs}
      />
    </article>
  );
};
