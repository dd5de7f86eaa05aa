/** Pick records or people by typing; the server searches. */

import { Select, Spin } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type LinkOption, useControlHost } from "../../shared/host";
import type { Picked } from "./filterWords";

const WAIT_MS = 200;

export const RecordSelect = ({
  form,
  field,
  value,
  picked,
  onPicked,
  onChange,
}: {
  form: string;
  field: string;
  value: string[];
  picked: Picked;
  onPicked: (names: Picked) => void;
  onChange: (ids: string[]) => void;
}) => {
  const { t } = useTranslation();
  const host = useControlHost();
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<LinkOption[] | null>(null);
  useEffect(() => {
    let alive = true;
    const wait = setTimeout(() => {
      host
        .searchOptions(form, field, query)
        .then((options) => alive && setFound(options))
        .catch(() => alive && setFound([]));
    }, WAIT_MS);
    return () => {
      alive = false;
      clearTimeout(wait);
    };
  }, [form, field, query, host]);
  const known = new Map((found ?? []).map((option) => [option.id, option.label]));
  for (const id of value) if (!known.has(id)) known.set(id, picked[id] ?? id);
  return (
    <Select
      className="filter-value"
      mode="multiple"
      autoFocus
      value={value}
      showSearch={{ filterOption: false, onSearch: setQuery }}
      placeholder={t("filter.typeName")}
      notFoundContent={found === null ? <Spin size="small" /> : t("filter.noneFound")}
      options={[...known].map(([id, label]) => ({ value: id, label }))}
      onChange={(ids) => {
        onPicked(Object.fromEntries(ids.map((id) => [id, known.get(id) ?? id])));
        onChange(ids);
      }}
    />
  );
};
