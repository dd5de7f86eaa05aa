/** JSON typed as text; it is handed on only while it reads as JSON. */

import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "../../shared/json";
import type { InputProps } from "../../shared/kinds";

const read = (text: string): { value: Json } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

const JsonInput = <C,>({ id, value, disabled, invalid, onChange }: InputProps<Json, C>) => {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<string | null>(null);
  const isWrong = draft !== null && draft.trim() !== "" && read(draft) === null;
  const shown = draft ?? (value === null ? "" : JSON.stringify(value, null, 2));
  return (
    <>
      <Input.TextArea
        id={id ?? ""}
        className="ctl-mono"
        autoSize={{ minRows: 4, maxRows: 24 }}
        disabled={disabled}
        status={invalid || isWrong ? "error" : ""}
        value={shown}
        onChange={(event) => {
          const text = event.target.value;
          setDraft(text);
          const found = text.trim() === "" ? { value: null } : read(text);
          if (found) onChange(found.value);
        }}
        onBlur={() => {
          if (!isWrong) setDraft(null);
        }}
      />
      {isWrong ? <div className="ctl-off">{t("ctl.notJson")}</div> : null}
    </>
  );
};

export default JsonInput;
