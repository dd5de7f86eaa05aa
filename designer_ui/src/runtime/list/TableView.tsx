/** The table view of a form: toolbar, chips, grid, selection. */

import CheckSquareOutlined from "@ant-design/icons/CheckSquareOutlined";
import { Button } from "antd";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDelete, useRestore, useTotals } from "../../api/records";
import type { RecordData } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { countItems } from "../../shared/filters";
import { optionsOf } from "../../shared/format";
import { useKinds } from "../../shared/kinds";
import { ErrorState, StateView } from "../../shared/States";
import { useShortcuts } from "../../shared/shortcuts";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { useNotify } from "../../shared/useNotify";
import { liesIn } from "../pools/lying";
import { useFrame } from "../shell/frame";
import { BulkEdit, bulkFields, type Target } from "./BulkEdit";
import { CardList } from "./CardList";
import { valuesOf } from "./CellEditor";
import { FilterChips } from "./FilterBar";
import { listQuery } from "./firstPage";
import { Grid } from "./Grid";
import { SelectionBar } from "./SelectionBar";
import { NO_FILTER } from "./settings";
import { Toolbar } from "./Toolbar";
import { useColors } from "./useColors";
import { useExport } from "./useExport";
import { useInlineEdit } from "./useInlineEdit";
import { useListState } from "./useListState";
import { useRows } from "./useRows";
import type { ViewProps } from "./ViewHost";

const ClaimMany = lazy(async () => ({ default: (await import("../pools/Claim")).ClaimMany }));
const ClaimNext = lazy(async () => ({ default: (await import("../pools/Claim")).ClaimNext }));
const ListFlows = lazy(async () => ({ default: (await import("../flows/ListFlows")).ListFlows }));

export const TableView = ({ plan, view, onSaveView }: ViewProps) => {
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const notify = useNotify();
  const narrow = useNarrow();
  const { settings, change, reset, isChanged } = useListState(plan, view);
  const [search, setSearch] = useState("");
  const [chip, setChip] = useState<number | null>(null);
  const [bin, setBin] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [everything, setEverything] = useState(false);
  const [bulk, setBulk] = useState<{ first: string | null } | null>(null);
  // On a phone a tap opens a card, until somebody wants to choose.
  const [picking, setPicking] = useState(false);

  const fields = useMemo(
    () => settings.columns.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined),
    [plan, settings.columns],
  );
  useKinds(fields.map((field) => field.control));
  const query = useMemo(() => {
    return { ...listQuery(plan, view, settings, search), ...(bin ? { deleted: true } : {}) };
  }, [view, settings, search, plan, bin]);
  const group = bin ? null : settings.group;
  const order = useMemo(() => {
    const field = group ? fieldOf(plan, group) : undefined;
    return field ? optionsOf(field).map((option) => option.key) : [];
  }, [plan, group]);
  const rows = useRows(plan.key, query, group, settings.totals, order);
  const { fields: _fields, sort: _sort, ...scope } = query;
  const hasTotals = Object.keys(settings.totals).length > 0;
  const { data: totals } = useTotals(plan.key, { ...scope, totals: settings.totals }, hasTotals);
  const colorOf = useColors(plan, view);
  const inline = useInlineEdit(plan);
  const exporting = useExport(plan.key);
  const remove = useDelete(plan.key);
  const restore = useRestore(plan.key);

  const ids = useMemo(() => rows.records.map((record) => record.id), [rows.records]);
  const ticked = useMemo(() => (everything ? new Set(ids) : selected), [everything, ids, selected]);
  const { openRecord } = frame;
  const select = useCallback((next: Set<string>) => {
    setSelected(next);
    setEverything(false);
  }, []);
  const onOpen = useCallback(
    (record: RecordData) => {
      // What lies in the bin cannot be opened, only taken out.
      if (bin)
        setSelected((old) =>
          old.has(record.id)
            ? new Set([...old].filter((recordId) => recordId !== record.id))
            : new Set([...old, record.id]),
        );
      else openRecord(plan.key, record.id, ids);
    },
    [bin, openRecord, plan.key, ids],
  );
  const clear = () => {
    select(new Set());
    setPicking(false);
  };
  const pick = (recordId: string) =>
    select(
      ticked.has(recordId)
        ? new Set([...ticked].filter((known) => known !== recordId))
        : new Set([...ticked, recordId]),
    );
  const removeAll = async () => {
    const chosen = [...selected];
    const results = await Promise.allSettled(chosen.map((recordId) => remove.mutateAsync(recordId)));
    const failed = results.find((result) => result.status === "rejected");
    const done = chosen.filter((_id, index) => results[index]?.status === "fulfilled");
    clear();
    if (failed) notify.failed(failed.reason);
    if (done.length)
      notify.done(t("selection.deleted", { count: done.length }), () => {
        void Promise.allSettled(done.map((recordId) => restore.mutateAsync(recordId)));
      });
  };
  const restoreAll = async () => {
    const results = await Promise.allSettled([...selected].map((recordId) => restore.mutateAsync(recordId)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) notify.failed(failed.reason);
    else notify.done(t("selection.restored", { count: selected.size }));
    clear();
  };
  useShortcuts([
    { keys: "n", run: () => plan.verbs.create && frame.openNew({ form: plan.key }) },
    { keys: "mod+z", run: inline.undo },
    ...["j", "k", "ArrowDown", "ArrowUp"].map((keys) => ({
      keys,
      run: (event: KeyboardEvent) => {
        const grid = document.getElementById("grid");
        grid?.focus({ preventScroll: true });
        grid?.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true }));
      },
    })),
    { keys: "Escape", run: () => (frame.opened ? frame.closeRecord() : clear()) },
  ]);
  const isFiltered = countItems(settings.where) > 0 || search.trim() !== "";
  const empty = isFiltered ? (
    <StateView
      picture="search"
      title={t("list.noMatch")}
      action={
        <Button
          onClick={() => {
            setSearch("");
            change({ where: NO_FILTER });
          }}
        >
          {t("filter.clear")}
        </Button>
      }
    >
      {t("list.noMatchNext")}
    </StateView>
  ) : bin ? (
    <StateView picture="empty" title={t("list.binEmpty")} />
  ) : view?.narrows ? (
    <StateView picture="empty" title={t("list.noneHere", { name: say(view.name) })}>
      {t("list.noneHereNext")}
    </StateView>
  ) : (
    <StateView
      picture="empty"
      title={t("list.none", { name: say(plan.name) })}
      action={
        plan.verbs.create ? (
          <Button type="primary" onClick={() => frame.openNew({ form: plan.key })}>
            {t("list.create", { name: say(plan.name) })}
          </Button>
        ) : null
      }
    >
      {t(plan.verbs.import ? "list.noneNextImport" : "list.noneNext")}
    </StateView>
  );
  // Everything means what this list shows: its view, search and whatever narrowed it, not the filter alone.
  const { view: shown, formula, search: sought } = scope;
  const target: Target = everything
    ? {
        filter: query.filter ?? NO_FILTER,
        ...(shown ? { view: shown } : {}),
        ...(formula ? { formula } : {}),
        ...(sought ? { search: sought } : {}),
      }
    : { ids: [...selected] };
  const total = rows.count?.value ?? null;
  const shownPool = plan.pools?.find((pool) => pool.view !== null && pool.view === shown);
  const changeable = bulkFields(plan);
  const quick = [
    ...(changeable.some((field) => field.key === "owner_id")
      ? [{ key: "owner_id", name: t("selection.assign") }]
      : []),
    ...changeable
      .filter((field) => field.control === "tags")
      .slice(0, 1)
      .map((field) => ({ key: field.key, name: say(field.label) })),
  ];
  return (
    <div className="list">
      {selected.size > 0 || picking ? (
        <SelectionBar
          count={selected.size}
          total={total}
          isAll={everything}
          isBin={bin}
          canEdit={plan.verbs.bulk_edit ?? plan.verbs.edit ?? false}
          canDelete={plan.verbs.delete ?? false}
          busy={remove.isPending || restore.isPending}
          onAll={() => setEverything(true)}
          onEdit={(first) => setBulk({ first })}
          quick={quick}
          onDelete={() => void removeAll()}
          onRestore={() => void restoreAll()}
          onClear={clear}
          more={
            <Suspense fallback={null}>
              {(plan.pools ?? []).map((pool) => {
                const lying = rows.records.filter((one) => ticked.has(one.id) && liesIn(pool, valuesOf(one)));
                return lying.length ? (
                  <ClaimMany key={pool.key} pool={pool} ids={lying.map((one) => one.id)} onDone={clear} />
                ) : null;
              })}
              <ListFlows
                form={plan.key}
                chosen={target}
                count={everything ? total : selected.size}
                onStarted={clear}
              />
            </Suspense>
          }
        />
      ) : (
        <Toolbar
          plan={plan}
          settings={settings}
          onSettings={change}
          search={search}
          onSearch={setSearch}
          onChipAdded={setChip}
          isChanged={isChanged}
          {...(onSaveView ? { onSaveView: () => onSaveView(settings) } : {})}
          onReset={reset}
          isBin={bin}
          onBin={(next) => {
            clear();
            setBin(next);
          }}
          onExport={(format) => void exporting.run(scope, settings.columns, format)}
          isTable
        >
          {shownPool && !bin ? (
            <Suspense fallback={null}>
              <ClaimNext pool={shownPool} form={plan.key} />
            </Suspense>
          ) : null}
          {narrow && !bin ? (
            <Button
              type="text"
              icon={<CheckSquareOutlined />}
              aria-label={t("selection.pick")}
              onClick={() => setPicking(true)}
            />
          ) : null}
        </Toolbar>
      )}
      {bin ? (
        <div className="bin-note">
          {t("list.binNote")}
          <Button
            type="link"
            size="small"
            onClick={() => {
              clear();
              setBin(false);
            }}
          >
            {t("list.leaveBin")}
          </Button>
        </div>
      ) : null}
      <FilterChips
        plan={plan}
        where={settings.where}
        open={chip}
        onOpen={setChip}
        onChange={(where) => change({ where })}
      />
      {rows.error && rows.lines.length === 0 ? (
        <ErrorState error={rows.error} onRetry={rows.retry} />
      ) : narrow ? (
        rows.lines.length === 0 && !rows.isPending ? (
          empty
        ) : (
          <CardList
            plan={plan}
            fields={fields}
            rows={rows}
            colorOf={colorOf}
            onOpen={onOpen}
            picked={picking || selected.size > 0 ? ticked : null}
            onPick={pick}
          />
        )
      ) : (
        <Grid
          plan={plan}
          fields={fields}
          rows={rows}
          settings={settings}
          onSettings={change}
          selected={ticked}
          onSelect={select}
          openedId={frame.opened?.form === plan.key ? frame.opened.recordId : null}
          onOpen={onOpen}
          onEditRecord={(record) => (bin ? undefined : openRecord(plan.key, record.id, ids, "edit"))}
          canEdit={inline.canEdit}
          onEdit={inline.edit}
          colorOf={colorOf}
          totals={totals}
          empty={empty}
        />
      )}
      {bulk ? (
        <BulkEdit
          plan={plan}
          count={everything && total !== null ? total : selected.size}
          target={target}
          first={bulk.first}
          onClose={(done) => {
            setBulk(null);
            if (done) clear();
          }}
        />
      ) : null}
    </div>
  );
};
