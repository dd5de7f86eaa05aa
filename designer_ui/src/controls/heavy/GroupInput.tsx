/** Small rows of a few plain parts. */

import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { Json } from "../../shared/json";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { GroupConfig, GroupValue } from "../repeat_group";

const readPart = (type: string | undefined, typed: string): Json =>
  typed === "" ? null : type === "number" ? Number(typed) : type === "boolean" ? typed === "true" : typed;

const TYPES: Record<string, string> = { number: "number", date: "date" };

const GroupInput = ({ value, config, disabled, onChange }: InputProps<GroupValue, GroupConfig>) => {
  const say = useSay();
  const { t } = useTranslation();
  const rows = value ?? [];
  const set = (place: number, key: string, next: Json) =>
    onChange(
      rows.map((row, at) => {
        if (at !== place) return row;
        const { [key]: _old, ...rest } = row;
        return next === null ? rest : { ...rest, [key]: next };
      }),
    );
  return (
    <div>
      {rows.map((row, place) => (
        <div key={place} className="ctl-row">
          {config.parts.map((part) => (
            <Input
              key={part.key}
              className="ctl-grow"
              size="small"
              type={TYPES[part.type ?? ""] ?? "text"}
              value={row[part.key] === undefined || row[part.key] === null ? "" : String(row[part.key])}
              placeholder={say(part.label)}
              aria-label={say(part.label)}
              disabled={disabled}
              onChange={(event) => set(place, part.key, readPart(part.type, event.target.value))}
            />
          ))}
          <Button
            size="small"
            type="text"
            disabled={disabled}
            aria-label={t("ctl.removeRow", { row: place + 1 })}
            onClick={() => onChange(rows.length > 1 ? rows.filter((_, at) => at !== place) : null)}
          >
            ×
          </Button>
        </div>
      ))}
      <Button
        size="small"
        type="dashed"
        disabled={disabled || rows.length >= (config.max_rows ?? 50)}
        onClick={() => onChange([...rows, {}])}
      >
        + {t("ctl.addRow")}
      </Button>
    </div>
  );
};

export default GroupInput;
