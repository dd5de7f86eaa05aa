/** My board being arranged: cells are dragged, or moved and sized by buttons; nothing is kept before Save. */

import ArrowLeftOutlined from "@ant-design/icons/ArrowLeftOutlined";
import ArrowRightOutlined from "@ant-design/icons/ArrowRightOutlined";
import ColumnHeightOutlined from "@ant-design/icons/ColumnHeightOutlined";
import ColumnWidthOutlined from "@ant-design/icons/ColumnWidthOutlined";
import DeleteOutlined from "@ant-design/icons/DeleteOutlined";
import VerticalAlignMiddleOutlined from "@ant-design/icons/VerticalAlignMiddleOutlined";
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { rectSortingStrategy, SortableContext, useSortable } from "@dnd-kit/sortable";
import { Button } from "antd";
import { type CSSProperties, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import type { CellPart, Dashboard } from "./contract";
import { type MyBoard, movedCell, placed, sizedCell, withoutCell } from "./mine";
import { useBoards } from "./useBoards";

const STEP = 2;

const Tile = ({
  part,
  style,
  onMove,
  onSize,
  onOut,
}: {
  part: CellPart;
  style: CSSProperties;
  onMove: (by: number) => void;
  onSize: (wide: number, tall: number) => void;
  onOut: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { attributes, listeners, setNodeRef, transform, isDragging } = useSortable({ id: part.key });
  const title = say(part.title);
  const tools = [
    { key: "earlier", icon: <ArrowLeftOutlined />, run: () => onMove(-1) },
    { key: "later", icon: <ArrowRightOutlined />, run: () => onMove(1) },
    { key: "wider", icon: <ColumnWidthOutlined />, run: () => onSize(STEP, 0) },
    { key: "narrower", icon: <VerticalAlignMiddleOutlined rotate={90} />, run: () => onSize(-STEP, 0) },
    { key: "taller", icon: <ColumnHeightOutlined />, run: () => onSize(0, 1) },
    { key: "shorter", icon: <VerticalAlignMiddleOutlined />, run: () => onSize(0, -1) },
    { key: "takeOut", icon: <DeleteOutlined />, run: onOut },
  ];
  return (
    <section
      ref={setNodeRef}
      className={`dash-tile${isDragging ? " is-dragging" : ""}`}
      style={{
        ...style,
        transform: transform ? `translate(${transform.x}px, ${transform.y}px)` : undefined,
      }}
      aria-label={title}
    >
      <div className="dash-tile-name" {...listeners} {...attributes}>
        {title}
      </div>
      <div className="dash-tile-tools">
        {tools.map((tool) => (
          <Button
            key={tool.key}
            size="small"
            type="text"
            icon={tool.icon}
            title={t(`dashboard.${tool.key}`)}
            aria-label={`${title} ${t(`dashboard.${tool.key}`)}`}
            onClick={tool.run}
          />
        ))}
      </div>
    </section>
  );
};

export const Arrange = ({
  board,
  dashboard,
  onDone,
}: {
  board: MyBoard;
  dashboard: Dashboard;
  onDone: () => void;
}) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const { boards, keep } = useBoards();
  const [draft, setDraft] = useState(board);
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }));
  const places = placed(draft.cells);
  const place = (key: string): number => draft.cells.findIndex((one) => one.key === key);
  const drop = ({ active, over }: DragEndEvent): void => {
    if (over) setDraft(movedCell(draft, String(active.id), place(String(over.id))));
  };
  const save = async (): Promise<void> => {
    await keep(boards.map((one) => (one.key === draft.key ? draft : one)));
    notify.done(t("dashboard.saved"));
    onDone();
  };
  return (
    <div className="dash-board">
      <header className="dash-board-head">
        <h1>{board.name}</h1>
        <span className="dash-board-asof">{t("dashboard.arrangeHint")}</span>
        <div className="dash-board-tools">
          <Button onClick={onDone}>{t("common.cancel")}</Button>
          <Button type="primary" onClick={() => void save().catch(notify.failed)}>
            {t("common.save")}
          </Button>
        </div>
      </header>
      <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={drop}>
        <SortableContext items={draft.cells.map((one) => one.key)} strategy={rectSortingStrategy}>
          <div className="dash-board-grid is-arranging">
            {draft.cells.map((cell, at) => {
              const part = dashboard.cells.find((one) => one.key === cell.key);
              const spot = places[at];
              if (!part || !spot) return null;
              return (
                <Tile
                  key={cell.key}
                  part={part}
                  style={{
                    gridColumn: `${spot.x + 1} / span ${spot.w}`,
                    gridRow: `${spot.y + 1} / span ${spot.h}`,
                  }}
                  onMove={(by) => setDraft(movedCell(draft, cell.key, at + by))}
                  onSize={(wide, tall) => setDraft(sizedCell(draft, cell.key, wide, tall))}
                  onOut={() => setDraft(withoutCell(draft, cell.key))}
                />
              );
            })}
          </div>
        </SortableContext>
      </DndContext>
    </div>
  );
};
