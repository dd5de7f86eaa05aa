/** Cards in columns; a move may ask for what the new stage requires, and can be undone. */

import {
  type CollisionDetection,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  rectIntersection,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { queryClient } from "../../api/queryClient";
import { recordQuery, useGroups, useUndoBatch, useUpdate } from "../../api/records";
import type { Labels, Option, RecordData } from "../../api/types";
import { fieldOf, isWritable } from "../../shared/fields";
import { optionsOf } from "../../shared/format";
import { asText, isBlank, type Values } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useColors } from "../list/useColors";
import { groupId } from "../list/useRows";
import type { ViewProps } from "../list/ViewHost";
import { useFrame } from "../shell/frame";
import { CardBody } from "./KanbanCard";
import { KanbanColumn } from "./KanbanColumn";
import { MoveRequires } from "./MoveRequires";
import { useView } from "./useView";

export interface Moving {
  record: RecordData;
  labels: Labels;
  to: Option;
  missing: string[];
}

/** May a card go from one stage to another? A stage without `next` may go anywhere. */
export const mayMove = (options: readonly Option[], from: string, to: string): boolean => {
  if (from === to) return false;
  const { next } = options.find((option) => option.key === from) ?? {};
  return next === undefined || next.includes(to);
};

/** Where one points counts, not what the card covers: empty columns are narrower than it. Keys have no pointer. */
const underPointer: CollisionDetection = (scene) => {
  const found = pointerWithin(scene);
  return found.length ? found : rectIntersection(scene);
};

export const KanbanView = (props: ViewProps) => {
  const { plan, view } = props;
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const frame = useFrame();
  const by = view?.by ?? "stage";
  const field = fieldOf(plan, by);
  const { query, bar, cards } = useView(props);
  const totals = view?.totals ?? {};
  const { fields: _fields, sort: _sort, ...scope } = query;
  const groups = useGroups(plan.key, { ...scope, by, totals });
  const update = useUpdate(plan.key);
  const undo = useUndoBatch();
  const colorOf = useColors(plan, view);
  const [dragged, setDragged] = useState<{ record: RecordData; labels: Labels } | null>(null);
  const [moving, setMoving] = useState<Moving | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 6 } }),
    useSensor(KeyboardSensor),
  );
  if (!field) return <StateView picture="broken" title={t("kanban.noField")} />;
  const known = optionsOf(field);
  const listed = groups.data ?? [];
  const options: Option[] = known.length
    ? known.filter((option) => !option.archived || listed.some((group) => group.value === option.key))
    : listed.map((group) => ({ key: groupId(group.value), label: group.label ?? groupId(group.value) }));
  const canMove =
    plan.verbs.edit !== false && (isWritable(field) || field.control === "stage") && field.level === "write";

  const send = (record: RecordData, values: Values, words: string) => {
    // Not `mutate`: its callbacks hear only of the last of several quick moves.
    update.mutateAsync({ recordId: record.id, revision: record.revision, values }).then(
      ({ batch }) =>
        // Taken back as a whole: few stages may be entered again from the one that follows.
        notify.done(words, batch ? () => void undo.mutateAsync(batch).catch(notify.failed) : undefined),
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 409) notify.warn(t("list.changedMeanwhile"));
        else notify.failed(error);
      },
    );
  };
  const move = async (record: RecordData, labels: Labels, to: string) => {
    const option = options.find((item) => item.key === to);
    const from = asText(record[by]);
    if (!option || from === to) return;
    if (!mayMove(known, from, to)) {
      notify.warn(
        t("kanban.mayNot", {
          from: say(known.find((item) => item.key === from)?.label),
          to: say(option.label),
        }),
      );
      return;
    }
    const requires = (option.requires ?? []).filter((key) => fieldOf(plan, key));
    // A card carries only the fields that the view shows; the rest must be asked for.
    const full = requires.length
      ? await queryClient.fetchQuery(recordQuery(plan.key, record.id)).catch(() => null)
      : null;
    // A reason is given anew at each move.
    const reason = asText(field?.config.reason_field);
    const missing = requires.filter(
      (key) => key !== reason && isBlank(full?.record[key] ?? record[key] ?? null),
    );
    if (fieldOf(plan, reason)) missing.push(reason);
    if (missing.length) setMoving({ record, labels, to: option, missing });
    else send(record, { [by]: to }, t("kanban.moved", { name: say(option.label) }));
  };
  const drop = (event: DragEndEvent) => {
    setDragged(null);
    const over = event.over?.id;
    if (dragged && over !== undefined) void move(dragged.record, dragged.labels, String(over));
  };
  return (
    <div className="list">
      {bar()}
      {groups.error ? <ErrorState error={groups.error} onRetry={() => void groups.refetch()} /> : null}
      {groups.isPending ? <Loading rows={10} /> : null}
      {groups.data ? (
        <DndContext
          sensors={sensors}
          collisionDetection={underPointer}
          onDragStart={({ active }) => {
            const data = active.data.current;
            if (data && "record" in data && "labels" in data)
              setDragged({ record: data.record, labels: data.labels });
          }}
          onDragEnd={drop}
          onDragCancel={() => setDragged(null)}
        >
          <div className="kanban">
            {options.map((option) => (
              <KanbanColumn
                key={option.key}
                plan={plan}
                by={by}
                option={option}
                options={options}
                query={query}
                cards={cards}
                group={listed.find((group) => groupId(group.value) === option.key)}
                totals={totals}
                canMove={canMove}
                isTarget={dragged !== null && mayMove(known, asText(dragged.record[by]), option.key)}
                isOff={
                  dragged !== null &&
                  asText(dragged.record[by]) !== option.key &&
                  !mayMove(known, asText(dragged.record[by]), option.key)
                }
                colorOf={colorOf}
                onMove={(record, labels, to) => void move(record, labels, to)}
                onOpen={(record, ids) => frame.openRecord(plan.key, record.id, ids)}
              />
            ))}
          </div>
          <DragOverlay dropAnimation={null}>
            {dragged ? (
              <div className="kcard kcard-ghost">
                <CardBody plan={plan} cards={cards} record={dragged.record} labels={dragged.labels} />
              </div>
            ) : null}
          </DragOverlay>
        </DndContext>
      ) : null}
      {moving ? (
        <MoveRequires
          plan={plan}
          moving={moving}
          onCancel={() => setMoving(null)}
          onDone={(values) => {
            setMoving(null);
            send(
              moving.record,
              { [by]: moving.to.key, ...values },
              t("kanban.moved", { name: say(moving.to.label) }),
            );
          }}
        />
      ) : null}
    </div>
  );
};
