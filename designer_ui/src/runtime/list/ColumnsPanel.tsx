/** Which columns, in which order, how many of them stay in sight: drag, or move and pin with the buttons. */

import ArrowDownOutlined from "@ant-design/icons/ArrowDownOutlined";
import ArrowUpOutlined from "@ant-design/icons/ArrowUpOutlined";
import HolderOutlined from "@ant-design/icons/HolderOutlined";
import PushpinFilled from "@ant-design/icons/PushpinFilled";
import PushpinOutlined from "@ant-design/icons/PushpinOutlined";
import { closestCenter, DndContext, PointerSensor, useSensor, useSensors } from "@dnd-kit/core";
import { arrayMove, SortableContext, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { Button, Checkbox, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FormPlan } from "../../api/types";
import { columnFields, fieldOf } from "../../shared/fields";
import { score } from "../../shared/match";
import { useSay } from "../../shared/useLang";

/** As many as a view of the app may name. */
const MOST_FROZEN = 5;

const Shown = ({
  field,
  isFirst,
  isLast,
  isFrozen,
  onHide,
  onMove,
  onFreeze,
}: {
  field: FieldPlan;
  isFirst: boolean;
  isLast: boolean;
  isFrozen: boolean;
  onHide: () => void;
  onMove: (by: number) => void;
  onFreeze: (() => void) | null;
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
        {onFreeze ? (
          <Button
            type="text"
            size="small"
            className={isFrozen ? "column-pin column-pinned" : "column-pin"}
            icon={isFrozen ? <PushpinFilled /> : <PushpinOutlined />}
            aria-pressed={isFrozen}
            aria-label={t("columns.freeze", { name })}
            title={t("columns.freeze", { name })}
            onClick={onFreeze}
          />
        ) : null}
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
  frozen,
  onChange,
}: {
  plan: FormPlan;
  columns: readonly string[];
  frozen: number;
  onChange: (change: { columns?: string[]; frozen?: number }) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [query, setQuery] = useState("");
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }));
  const matches = (field: FieldPlan | undefined): field is FieldPlan =>
    field !== undefined && score(say(field.label), query) > 0;
  const shown = columns.map((key) => fieldOf(plan, key)).filter(matches);
  const hidden = columnFields(plan).filter((field) => !columns.includes(field.key) && matches(field));
  const move = (from: number, to: number) => onChange({ columns: arrayMove([...columns], from, to) });
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
                    isFrozen={at < frozen}
                    // Up to this one; once more lets it go.
                    onFreeze={at < MOST_FROZEN ? () => onChange({ frozen: at < frozen ? at : at + 1 }) : null}
                    onHide={() =>
                      columns.length > 1 &&
                      onChange({
                        columns: columns.filter((key) => key !== field.key),
                        ...(at < frozen ? { frozen: frozen - 1 } : {}),
                      })
                    }
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
              <Checkbox checked={false} onChange={() => onChange({ columns: [...columns, field.key] })}>
                {say(field.label)}
              </Checkbox>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
};
