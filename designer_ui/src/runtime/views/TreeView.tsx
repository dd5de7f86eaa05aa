/** Records under their parents. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import RightOutlined from "@ant-design/icons/RightOutlined";
import { type KeyboardEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRecordPage } from "../../api/records";
import type { RecordData } from "../../api/types";
import { fieldOf, titleKey } from "../../shared/fields";
import { asText } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "../list/Cell";
import type { ViewProps } from "../list/ViewHost";
import { useFrame } from "../shell/frame";
import { useView } from "./useView";

export interface Branch {
  record: RecordData;
  depth: number;
  children: number;
}

/** Rows in the order of a tree; a record whose parent is not here stands at the top, and circles are cut. */
export const treeRows = (
  records: readonly RecordData[],
  parent: string,
  folded: ReadonlySet<string>,
): Branch[] => {
  const known = new Set(records.map((record) => record.id));
  const under = new Map<string, RecordData[]>();
  for (const record of records) {
    const above = asText(record[parent]);
    const key = above && known.has(above) && above !== record.id ? above : "";
    under.set(key, [...(under.get(key) ?? []), record]);
  }
  const rows: Branch[] = [];
  const seen = new Set<string>();
  const walk = (key: string, depth: number, isShown: boolean) => {
    for (const record of under.get(key) ?? []) {
      if (seen.has(record.id)) continue;
      seen.add(record.id);
      if (isShown) rows.push({ record, depth, children: under.get(record.id)?.length ?? 0 });
      walk(record.id, depth + 1, isShown && !folded.has(record.id));
    }
  };
  walk("", 0, true);
  for (const record of records) if (!seen.has(record.id)) rows.push({ record, depth: 0, children: 0 });
  return rows;
};

export const TreeView = (props: ViewProps) => {
  const { plan, view } = props;
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const { query, bar, cards } = useView(props);
  const { data, error, isPending, refetch } = useRecordPage(plan.key, { ...query, limit: 500 });
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(
    () => treeRows(data?.records ?? [], view?.parent ?? "parent_id", folded),
    [data, view, folded],
  );
  const keys = cards.length ? cards : [titleKey(plan)];
  const [first, ...facts] = keys.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined);
  const toggle = (id: string) => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFolded(next);
  };
  const onKey = (event: KeyboardEvent, row: Branch) => {
    const isFolded = folded.has(row.record.id);
    if (event.key === "Enter") frame.openRecord(plan.key, row.record.id);
    else if (event.key === "ArrowRight" && isFolded) toggle(row.record.id);
    else if (event.key === "ArrowLeft" && !isFolded && row.children) toggle(row.record.id);
    else if (event.key === "ArrowDown" && event.currentTarget.nextElementSibling instanceof HTMLElement)
      event.currentTarget.nextElementSibling.focus();
    else if (event.key === "ArrowUp" && event.currentTarget.previousElementSibling instanceof HTMLElement)
      event.currentTarget.previousElementSibling.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div className="list">
      {bar()}
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={10} /> : null}
      {data && rows.length === 0 ? (
        <StateView picture="empty" title={t("list.none", { name: say(plan.name) })} />
      ) : null}
      <div className="tree" role="tree" aria-label={say(plan.name)}>
        {rows.map((row) => (
          <div
            key={row.record.id}
            role="treeitem"
            tabIndex={0}
            aria-level={row.depth + 1}
            aria-expanded={row.children ? !folded.has(row.record.id) : undefined}
            className="tree-row"
            onClick={() => frame.openRecord(plan.key, row.record.id)}
            onKeyDown={(event) => onKey(event, row)}
          >
            <span className="tree-title" style={{ paddingInlineStart: row.depth * 22 }}>
              {row.children ? (
                <button
                  type="button"
                  className="tree-fold"
                  tabIndex={-1}
                  aria-label={t(folded.has(row.record.id) ? "tree.unfold" : "tree.fold")}
                  onClick={(event) => {
                    event.stopPropagation();
                    toggle(row.record.id);
                  }}
                >
                  {folded.has(row.record.id) ? <RightOutlined /> : <DownOutlined />}
                </button>
              ) : (
                <span className="tree-fold" />
              )}
              {first ? (
                <b>
                  <RecordCell plain record={row.record} field={first} labels={data?.labels ?? {}} />
                </b>
              ) : null}
              {row.children ? <span className="group-count">{row.children}</span> : null}
            </span>
            {facts.map((field) => (
              <span key={field.key} className="tree-fact" title={say(field.label)}>
                <RecordCell plain record={row.record} field={field} labels={data?.labels ?? {}} />
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
};
