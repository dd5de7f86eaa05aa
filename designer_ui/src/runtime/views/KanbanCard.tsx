/** A card: title, then two lines of facts; a menu moves it without dragging. */

import SwapOutlined from "@ant-design/icons/SwapOutlined";
import { useDraggable } from "@dnd-kit/core";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import type { FormPlan, Labels, Option, RecordData } from "../../api/types";
import { fieldOf, titleKey } from "../../shared/fields";
import { isBlank } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "../list/Cell";

export const CardBody = ({
  plan,
  cards,
  record,
  labels,
}: {
  plan: FormPlan;
  cards: readonly string[];
  record: RecordData;
  labels: Labels;
}) => {
  const say = useSay();
  const [first, ...rest] = cards.length ? cards : [titleKey(plan)];
  const title = first ? fieldOf(plan, first) : undefined;
  const facts = rest.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined);
  return (
    <>
      <span className="kcard-title">
        {title ? <RecordCell plain record={record} field={title} labels={labels} /> : record.no}
      </span>
      <span className="kcard-facts">
        {facts
          .filter((field) => !isBlank(record[field.key] ?? null))
          .slice(0, 4)
          .map((field) => (
            <span key={field.key} className="kcard-fact" title={say(field.label)}>
              {field.value_type === "integer" || field.value_type === "decimal" ? (
                <span className="hint">{say(field.label)} </span>
              ) : null}
              <RecordCell plain record={record} field={field} labels={labels} />
            </span>
          ))}
      </span>
    </>
  );
};

export const KanbanCard = ({
  plan,
  cards,
  record,
  labels,
  options,
  canMove,
  color,
  onOpen,
  onMove,
}: {
  plan: FormPlan;
  cards: readonly string[];
  record: RecordData;
  labels: Labels;
  options: readonly Option[];
  canMove: boolean;
  color: string | null;
  onOpen: () => void;
  onMove: (to: string) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const isMovable = canMove && record._can?.edit !== false;
  const { setNodeRef, listeners, isDragging } = useDraggable({
    id: record.id,
    data: { record, labels },
    disabled: !isMovable,
  });
  return (
    <div
      ref={setNodeRef}
      className={isDragging ? "kcard kcard-drag" : "kcard"}
      data-color={color ?? undefined}
      {...listeners}
    >
      <button type="button" className="kcard-open" onClick={onOpen}>
        <CardBody plan={plan} cards={cards} record={record} labels={labels} />
      </button>
      {isMovable ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: options.map((option) => ({ key: option.key, label: say(option.label) })),
            onClick: ({ key }) => onMove(key),
          }}
        >
          <Button
            type="text"
            size="small"
            className="kcard-move"
            icon={<SwapOutlined />}
            aria-label={t("kanban.moveTo")}
            onPointerDown={(event) => event.stopPropagation()}
          />
        </Dropdown>
      ) : null}
    </div>
  );
};
