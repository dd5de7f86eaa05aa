/** One record of a form, found by name or number. */

import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/client";
import type { Page, RecordData } from "../../api/types";
import { asText } from "../../shared/json";

export const RecordSelect = ({
  form,
  value,
  label,
  onChange,
}: {
  form: string;
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
}) => {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const { data, isFetching } = useQuery({
    queryKey: ["flows", "trial", form, text],
    queryFn: () =>
      request<Page>("POST", `/api/forms/${form}/query`, {
        limit: 20,
        sort: ["-created_at"],
        ...(text ? { search: text } : {}),
      }),
    placeholderData: (old) => old,
  });
  const titleOf = (record: RecordData): string =>
    [
      data?.labels.customer?.[asText(record.customer_id)],
      asText(record.name) || asText(record.title),
      asText(record.no),
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <Select<string>
      showSearch={{ filterOption: false, onSearch: setText }}
      {...(value ? { value } : {})}
      onChange={(id) => onChange(id)}
      loading={isFetching}
      placeholder={t("flows.tryRecordHint")}
      aria-label={label}
      options={(data?.records ?? []).map((one) => ({
        value: asText(one.id),
        label: titleOf(one) || asText(one.id).slice(-6),
      }))}
    />
  );
};
