/** Which columns, in which order: drag, or move with the buttons. */

import ArrowDownOutlined from "@ant-design/icons/ArrowDownOutlined";
import ArrowUpOutlined from "@ant-design/icons/ArrowUpOutlined";
import HolderOutlined from "@ant-design/icons/HolderOutlined";
import { closestCenter, DndContext, PointerSensor, useSensor, useSensors } from "@dnd-kit/core";
import { arrayMove, SortableContext, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { Button, Checkbox, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FormPlan } from "../../api/types";
import { columnFields, fieldOf } from "../../shared/fields";
import { score } from "../../shared/match";
import { useSay } from "../../shared/useLang";

const Shown = ({
  field,
  isFirst,
  isLast,
  onHide,
  onMove,
}: {
  field: FieldPlan;
  isFirst: boolean;
  isLast: boolean;
  onHide: () => void;
  onMove: (by: number) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const name = say(field.label);
  const { setNodeRef, listeners, transform, transition, isDragging } = useSortable({ id: field.key });
  const style = {
    transform: transform ? `translate3d(0, ${transform.y}px, 0)` : undefined,
    transition,
    zIndex: isDragging ? 1 : undefined,
  };
  return (
    <li ref={setNodeRef} style={style} className={isDragging ? "column column-drag" : "column"}>
      <span className="column-grip" {...listeners} aria-hidden="true">
        <HolderOutlined />
      </span>
      <Checkbox checked onChange={onHide}>
        {name}
      </Checkbox>
      <span className="column-moves">
        <Button
          type="text"
          size="small"
          disabled={isFirst}
          icon={<ArrowUpOutlined />}
          aria-label={t("columns.up", { name })}
          onClick={() => onMove(-1)}
        />
        <Button
          type="text"
          size="small"
          disabled={isLast}
          icon={<ArrowDownOutlined />}
          aria-label={t("columns.down", { name })}
          onClick={() => onMove(1)}
        />
      </span>
    </li>
  );
};

export const ColumnsPanel = ({
  plan,
  columns,
  onChange,
}: {
  plan: FormPlan;
  columns: readonly string[];
  onChange: (columns: string[]) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [query, setQuery] = useState("");
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }));
  const matches = (field: FieldPlan | undefined): field is FieldPlan =>
    field !== undefined && score(say(field.label), query) > 0;
  const shown = columns.map((key) => fieldOf(plan, key)).filter(matches);
  const hidden = columnFields(plan).filter((field) => !columns.includes(field.key) && matches(field));
  const move = (from: number, to: number) => onChange(arrayMove([...columns], from, to));
  return (
    <div className="columns">
      <Input
        allowClear
        placeholder={t("columns.find")}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <div className="columns-scroll">
        <DndContext
          sensors={sensors}
          collisionDetection={closestCenter}
          onDragEnd={({ active, over }) => {
            if (over && active.id !== over.id)
              move(columns.indexOf(String(active.id)), columns.indexOf(String(over.id)));
          }}
        >
          <SortableContext items={shown.map((field) => field.key)} strategy={verticalListSortingStrategy}>
            <ul>
              {shown.map((field) => {
                const at = columns.indexOf(field.key);
                return (
                  <Shown
                    key={field.key}
                    field={field}
                    isFirst={at === 0}
                    isLast={at === columns.length - 1}
                    onMove={(by) => move(at, at + by)}
                    onHide={() => columns.length > 1 && onChange(columns.filter((key) => key !== field.key))}
                  />
                );
              })}
            </ul>
          </SortableContext>
        </DndContext>
        {hidden.length ? <div className="columns-heading">{t("columns.hidden")}</div> : null}
        <ul>
          {hidden.map((field) => (
            <li key={field.key} className="column">
              <span className="column-grip" />
              <Checkbox checked={false} onChange={() => onChange([...columns, field.key])}>
                {say(field.label)}
              </Checkbox>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
};
