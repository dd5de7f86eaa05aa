/** A card: title and amount, facts, then when and whose; a menu moves it without dragging. */

import ClockCircleOutlined from "@ant-design/icons/ClockCircleOutlined";
import SwapOutlined from "@ant-design/icons/SwapOutlined";
import { useDraggable } from "@dnd-kit/core";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import type { FormPlan, Labels, Option, RecordData } from "../../api/types";
import { fieldOf, titleKey } from "../../shared/fields";
import { labelOf, targetOf } from "../../shared/format";
import { asText, isBlank } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "../list/Cell";

const isPast = (moment: string): boolean => Date.parse(moment) < clinicNow().getTime();

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
  const filled = rest
    .map((key) => fieldOf(plan, key))
    .filter((field) => field !== undefined)
    .filter((field) => !isBlank(record[field.key] ?? null));
  const amount = filled.find((field) => field.value_type === "money");
  const person = filled.findLast((field) => field.value_type === "person");
  const when = filled.find((field) => field.value_type === "datetime" || field.value_type === "date");
  const facts = filled.filter((field) => field !== amount && field !== person && field !== when).slice(0, 4);
  const owner = person ? labelOf(labels, targetOf(person), asText(record[person.key])) : "";
  return (
    <>
      <span className="kcard-top">
        <span className="kcard-title">
          {title ? <RecordCell plain record={record} field={title} labels={labels} /> : record.no}
        </span>
        {amount ? (
          <span className="kcard-amount" title={say(amount.label)}>
            <RecordCell plain record={record} field={amount} labels={labels} />
          </span>
        ) : null}
      </span>
      {facts.length ? (
        <span className="kcard-facts">
          {facts.map((field) => (
            <span key={field.key} className="kcard-fact" title={say(field.label)}>
              {field.value_type === "integer" || field.value_type === "decimal" ? (
                <span className="hint">{say(field.label)} </span>
              ) : null}
              <RecordCell plain record={record} field={field} labels={labels} />
            </span>
          ))}
        </span>
      ) : null}
      {when || owner ? (
        <span className="kcard-foot">
          {when ? (
            <span
              className={isPast(asText(record[when.key])) ? "kcard-when kcard-late" : "kcard-when"}
              title={say(when.label)}
            >
              <ClockCircleOutlined aria-hidden />{" "}
              <RecordCell plain record={record} field={when} labels={labels} />
            </span>
          ) : null}
          {person && owner ? (
            <span className="kcard-owner" title={say(person.label)}>
              <i className="kcard-face" aria-hidden="true">
                {owner.slice(0, 1)}
              </i>
              {owner}
            </span>
          ) : null}
        </span>
      ) : null}
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
