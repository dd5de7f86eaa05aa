/** Which sheet, which row has the headings, and what each column means. */

import { Alert, Button, InputNumber, Radio, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { useUploadImport } from "../../api/imports";
import { useMe } from "../../api/session";
import type { FormPlan, ImportSettings, ImportUpload } from "../../api/types";
import { asText } from "../../shared/json";
import { useLang, useSay } from "../../shared/useLang";
import { sendable } from "../record/formModel";

export const guessed = (upload: ImportUpload): { [column: string]: string | null } =>
  Object.fromEntries(upload.columns.map((column) => [String(column.index), column.field]));

/** Fields that two columns claim. */
export const doubled = (map: { [column: string]: string | null }): Set<string> => {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const field of Object.values(map)) {
    if (!field) continue;
    if (seen.has(field)) twice.add(field);
    seen.add(field);
  }
  return twice;
};

export const MapStep = ({
  plan,
  file,
  upload,
  kept,
  busy,
  onUpload,
  onBack,
  onDone,
}: {
  plan: FormPlan;
  file: File;
  upload: ImportUpload;
  kept: ImportSettings | null;
  busy: boolean;
  onUpload: (upload: ImportUpload) => void;
  onBack: () => void;
  onDone: (settings: ImportSettings) => void;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const { data: me } = useMe();
  const again = useUploadImport(plan.key);
  const [map, setMap] = useState(() => kept?.map ?? guessed(upload));
  const [policy, setPolicy] = useState(kept?.policy ?? "skip");
  const [branch, setBranch] = useState<string | null>(
    asText(kept?.defaults?.branch_id) || (me?.branch_id ?? null),
  );
  const sheet = upload.sheet ?? upload.sheets[0]?.name;
  const fields = plan.fields.filter(
    (field) => sendable(field) && field.value_type !== "rows" && field.value_type !== "files",
  );
  // All that a sheet may feed: fields, what the record keeps of its past, and columns worked into something else.
  const options = upload.targets.map((target) => ({
    value: target.key,
    label: `${say(target.label)}${target.required ? " *" : ""}`,
  }));
  const twice = doubled(map);
  const used = new Set(Object.values(map));
  const gaps = fields.filter(
    (field) => field.required && !used.has(field.key) && field.default === undefined,
  );
  const reread = (wanted: { sheet?: string; headerRow?: number }) =>
    again.mutate(
      { file, ...(sheet ? { sheet } : {}), ...wanted },
      {
        onSuccess: (answer) => {
          setMap(guessed(answer));
          onUpload(answer);
        },
      },
    );
  const mapped = Object.values(map).filter(Boolean).length;
  return (
    <div className="import-box">
      <div className="import-line">
        {upload.sheets.length > 1 ? (
          <span className="inline">
            {t("import.sheet")}
            <Select
              aria-label={t("import.sheet")}
              value={sheet ?? null}
              options={upload.sheets.map((item) => ({
                value: item.name,
                label: t("import.sheetRows", { name: item.name, count: item.rows }),
              }))}
              onChange={(name) => reread({ sheet: name })}
              popupMatchSelectWidth={false}
            />
          </span>
        ) : null}
        <span className="inline">
          {t("import.headerRow")}
          <InputNumber
            aria-label={t("import.headerRow")}
            min={1}
            max={100}
            value={upload.header_row === null ? null : upload.header_row + 1}
            onChange={(row) => row && reread({ headerRow: row - 1 })}
          />
        </span>
        {me && me.branches.length > 1 ? (
          <span className="inline">
            {t("shell.branch")}
            <Select
              aria-label={t("shell.branch")}
              value={branch}
              options={me.branches.map((item) => ({ value: item.id, label: item.short_name ?? item.name }))}
              onChange={setBranch}
              popupMatchSelectWidth={false}
            />
          </span>
        ) : null}
        <span className="hint">{t("import.mapped", { count: mapped, of: upload.columns.length })}</span>
      </div>
      {again.error ? <Alert type="error" showIcon title={wordsOf(again.error, lang)} /> : null}
      <div className="import-scroll">
        <table className="import-map">
          <thead>
            <tr>
              <th>{t("import.column")}</th>
              <th>{t("import.samples")}</th>
              <th>{t("import.field")}</th>
              <th>{t("import.why")}</th>
            </tr>
          </thead>
          <tbody>
            {upload.columns.map((column) => {
              const key = String(column.index);
              const value = map[key] ?? null;
              return (
                <tr key={key} className={value ? "" : "import-left"}>
                  <th scope="row">{column.header || t("import.noHeader", { n: column.index + 1 })}</th>
                  <td className="import-samples">{column.samples.slice(0, 3).join(" · ")}</td>
                  <td>
                    <Select
                      allowClear
                      className="import-select"
                      status={value && twice.has(value) ? "error" : ""}
                      aria-label={t("import.fieldOf", { name: column.header })}
                      placeholder={t("import.leaveOut")}
                      value={value}
                      options={options}
                      showSearch={{ optionFilterProp: "label" }}
                      onChange={(field) => setMap({ ...map, [key]: field ?? null })}
                    />
                  </td>
                  <td className="hint">
                    {value && twice.has(value)
                      ? t("import.twice")
                      : column.why
                        ? t(`import.why_${column.why}`)
                        : ""}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {gaps.length ? (
        <Alert
          type="warning"
          showIcon
          title={t("import.gaps", { names: gaps.map((field) => say(field.label)).join("、") })}
        />
      ) : null}
      <div className="import-policy">
        <b>{t("import.policy")}</b>
        <Radio.Group
          value={policy}
          onChange={(event) => setPolicy(event.target.value)}
          options={upload.policies.map((key) => ({ value: key, label: t(`import.policy_${key}`) }))}
        />
      </div>
      <div className="import-foot">
        <Button onClick={onBack}>{t("common.previous")}</Button>
        <Button
          type="primary"
          loading={busy || again.isPending}
          disabled={mapped === 0 || twice.size > 0}
          onClick={() =>
            onDone({
              ...(sheet ? { sheet } : {}),
              header_row: upload.header_row,
              map,
              policy,
              ...(branch && !used.has("branch_id") ? { defaults: { branch_id: branch } } : {}),
            })
          }
        >
          {t("import.try")}
        </Button>
      </div>
    </div>
  );
};
