/** One column: name, count, sums, its cards as they load. */

import { useDroppable } from "@dnd-kit/core";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { useRecords } from "../../api/records";
import type { FormPlan, Group, Labels, Option, Query, RecordData } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { allOf, groupFilter } from "../../shared/filters";
import { formatValue } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { useSay } from "../../shared/useLang";
import { KanbanCard } from "./KanbanCard";

const PAGE = 25;

export const KanbanColumn = ({
  plan,
  by,
  option,
  options,
  query,
  cards,
  group,
  totals,
  canMove,
  isTarget,
  isOff,
  colorOf,
  onMove,
  onOpen,
}: {
  plan: FormPlan;
  by: string;
  option: Option;
  options: readonly Option[];
  query: Query;
  cards: readonly string[];
  group: Group | undefined;
  totals: { [field: string]: string };
  canMove: boolean;
  isTarget: boolean;
  isOff: boolean;
  colorOf: (record: RecordData) => string | null;
  onMove: (record: RecordData, labels: Labels, to: string) => void;
  onOpen: (record: RecordData, ids: readonly string[]) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const { setNodeRef, isOver } = useDroppable({ id: option.key });
  const filter = allOf(query.filter, groupFilter(by, group ? group.value : option.key));
  const answer = useRecords(
    plan.key,
    { ...query, limit: PAGE, count: false, ...(filter ? { filter } : {}) },
    group !== undefined,
  );
  const pages = answer.data?.pages ?? [];
  const ids = pages.flatMap((page) => page.records.map((record) => record.id));
  const classes = [
    "kcol",
    (group?.count ?? 0) === 0 && "kcol-empty",
    isTarget && "kcol-target",
    isOff && "kcol-off",
    isOver && isTarget && "kcol-over",
  ];
  return (
    <section ref={setNodeRef} className={classes.filter(Boolean).join(" ")} aria-label={say(option.label)}>
      <header className="kcol-head" data-color={option.color ?? undefined}>
        <span className="kcol-name">{say(option.label)}</span>
        <span className="kcol-count">{group?.count ?? 0}</span>
        <span className="kcol-sum">
          {Object.keys(totals).map((key) => {
            const field = fieldOf(plan, key);
            const value = group?.totals?.[key];
            return field && value !== undefined && value !== null ? (
              <span key={key}>{formatValue(value, field, { lang, zone, labels: {} })}</span>
            ) : null;
          })}
        </span>
      </header>
      <div className="kcol-body">
        {group && answer.isPending ? <Skeleton active paragraph={{ rows: 3 }} title={false} /> : null}
        {pages.flatMap((page) =>
          page.records.map((record) => (
            <KanbanCard
              key={record.id}
              plan={plan}
              cards={cards}
              record={record}
              labels={page.labels}
              options={options.filter(
                (item) =>
                  item.key !== option.key && (option.next === undefined || option.next.includes(item.key)),
              )}
              canMove={canMove}
              color={colorOf(record)}
              onOpen={() => onOpen(record, ids)}
              onMove={(to) => onMove(record, page.labels, to)}
            />
          )),
        )}
        {answer.hasNextPage ? (
          <Button
            size="small"
            type="text"
            block
            loading={answer.isFetchingNextPage}
            onClick={() => void answer.fetchNextPage()}
          >
            {t("list.loadMore")}
          </Button>
        ) : null}
        {!group || group.count === 0 ? (
          <div className="kcol-none">{isTarget ? t("kanban.dropHere") : t("kanban.none")}</div>
        ) : null}
      </div>
    </section>
  );
};
