/** Chooses colleagues by name. */

import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCandidates } from "../../api/tasks";
import { useControlHost } from "../../shared/host";

export const PersonSelect = ({
  value,
  onChange,
  isMany,
  withMe,
  label,
}: {
  value: readonly string[];
  onChange: (ids: string[]) => void;
  isMany?: boolean;
  withMe?: boolean;
  label: string;
}) => {
  const { t } = useTranslation();
  const { me } = useControlHost();
  const [text, setText] = useState("");
  const { data = [], isFetching } = useCandidates(text);
  const options = data
    .filter((one) => withMe || one.id !== me.id)
    .map((one) => ({ value: one.id, label: one.name }));
  return (
    <Select<string[] | string>
      showSearch={{ filterOption: false, onSearch: setText }}
      {...(isMany ? { mode: "multiple" as const } : {})}
      value={isMany ? [...value] : (value[0] ?? (undefined as unknown as string))}
      onChange={(chosen) => onChange(Array.isArray(chosen) ? chosen : chosen ? [chosen] : [])}
      options={options}
      loading={isFetching}
      placeholder={t("tasks.personHint")}
      aria-label={label}
      style={{ width: "100%" }}
    />
  );
};
