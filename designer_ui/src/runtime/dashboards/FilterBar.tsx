/** The one filter bar above all charts: shared filters, what clicks have narrowed, and undo. */

import { CloseOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, Select, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { Json } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import type { Act, Board } from "./board";
import type { Dashboard } from "./contract";
import { PeriodFilter } from "./PeriodFilter";
import type { WordsFor } from "./wording";

export const FilterBar = ({
  dashboard,
  board,
  words,
  act,
}: {
  dashboard: Dashboard;
  board: Board;
  words: WordsFor;
  act: (act: Act) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const chips = Object.entries(board.crossed).flatMap(([cell, dims]) =>
    Object.entries(dims).map(([dimension, value]) => ({ cell, dimension, name: words(dimension, value) })),
  );
  if (dashboard.filters.length === 0 && chips.length === 0 && !board.before) return null;
  return (
    <search className="dash-board-filters" aria-label={t("dashboard.filters")}>
      {dashboard.filters.map((part) =>
        part.kind !== "choice" ? (
          <PeriodFilter
            key={part.key}
            part={part}
            value={board.filters[part.key] ?? null}
            onChange={(value) => act({ do: "filter", key: part.key, value })}
          />
        ) : (
          <Select
            key={part.key}
            className="dash-board-filter"
            aria-label={say(part.name)}
            placeholder={say(part.name)}
            mode="multiple"
            maxTagCount="responsive"
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            value={board.filters[part.key] ?? undefined}
            options={part.options.map((one) => ({ value: one.value, label: say(one.name) }))}
            onChange={(value: Json | undefined) => act({ do: "filter", key: part.key, value: value ?? null })}
          />
        ),
      )}
      {chips.map((chip) => (
        <Tag
          key={`${chip.cell} ${chip.dimension}`}
          color="processing"
          closable
          closeIcon={<CloseOutlined aria-label={t("dashboard.remove", { name: chip.name })} />}
          onClose={(event) => {
            event.preventDefault();
            act({ do: "uncross", cell: chip.cell, dimension: chip.dimension });
          }}
        >
          {chip.name}
        </Tag>
      ))}
      {board.before ? (
        <Button type="text" size="small" icon={<UndoOutlined />} onClick={() => act({ do: "undo" })}>
          {t("dashboard.undo")}
        </Button>
      ) : null}
      {chips.length > 1 ? (
        <Button type="text" size="small" onClick={() => act({ do: "clear" })}>
          {t("dashboard.clear")}
        </Button>
      ) : null}
    </search>
  );
};
