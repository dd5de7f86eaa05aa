/** Who this is: avatar, name, key facts; the alert banner stays in sight while one scrolls. */

import WarningFilled from "@ant-design/icons/WarningFilled";
import { Avatar } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FieldPlan, FormPlan, RecordAnswer } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { formatValue } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, isArray, isBlank, isObject, type Json, type JsonObject } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "../list/Cell";
import { Reveal } from "./Reveal";

/** The words of an allergy row: "青霉素（皮疹，重）". */
const bannerWords = (
  row: JsonObject,
  field: FieldPlan,
  write: (value: Json, field: FieldPlan) => string,
): string => {
  const shown = (field.fields ?? [])
    .map((item) => (isBlank(row[item.key]) ? "" : write(row[item.key] ?? null, item)))
    .filter(Boolean);
  const [first, ...rest] = shown.length ? shown : Object.values(row).map(asText).filter(Boolean);
  return rest.length ? `${first}（${rest.join("，")}）` : (first ?? "");
};

const Banner = ({ field, value, answer }: { field: FieldPlan; value: Json; answer: RecordAnswer }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { lang, zone } = useControlHost();
  const write = (one: Json, item: FieldPlan) => formatValue(one, item, { lang, zone, labels: answer.labels });
  const words = isArray(value)
    ? value
        .map((item) =>
          isObject(item) ? bannerWords(item, field, write) : write(item, { ...field, value_type: "choice" }),
        )
        .join(lang === "zh" ? "；" : "; ")
    : write(value, field);
  if (isBlank(value))
    return <div className="banner banner-none">{t("record.bannerNone", { name: say(field.label) })}</div>;
  return (
    <div className="banner" role="note">
      <WarningFilled aria-hidden /> <b>{say(field.label)}</b> {words}
    </div>
  );
};

const photoOf = (plan: FormPlan, answer: RecordAnswer): { field: string; file: string } | null => {
  for (const field of plan.fields) {
    if (field.control !== "image" || field.level === "none" || field.level === "masked") continue;
    const value = answer.record[field.key];
    const first = isArray(value) ? value[0] : undefined;
    if (isObject(first) && typeof first.id === "string") return { field: field.key, file: first.id };
  }
  return null;
};

export const RecordHeader = ({
  plan,
  answer,
  actions,
}: {
  plan: FormPlan;
  answer: RecordAnswer;
  actions: ReactNode;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const host = useControlHost();
  const { record } = answer;
  const facts = (plan.page.header ?? [])
    .map((key) => fieldOf(plan, key))
    .filter((field) => field !== undefined && field.level !== "none")
    .filter((field) => field !== undefined);
  useKinds(facts.map((field) => field.control));
  const banner = plan.page.banner ? fieldOf(plan, plan.page.banner) : undefined;
  const photo = photoOf(plan, answer);
  const title = answer.title || record.no || say(plan.name);
  return (
    <header className="record-head">
      <div className="record-who">
        {photo ? (
          <Avatar
            size={44}
            src={host.fileUrl(photo.file, { form: plan.key, recordId: record.id, field: photo.field }, true)}
            alt={title}
          />
        ) : (
          <Avatar size={44} className="record-avatar" aria-hidden>
            {title.slice(0, 1)}
          </Avatar>
        )}
        <div className="record-name">
          <h2 title={title}>{title}</h2>
          <span className="hint">
            {say(plan.name)}
            {record.no ? ` · ${record.no}` : ""}
            {record.deleted_at ? ` · ${t("record.inBin")}` : ""}
          </span>
        </div>
        <div className="record-acts">{actions}</div>
      </div>
      {banner && banner.level !== "none" && banner.level !== "masked" ? (
        <Banner field={banner} value={record[banner.key] ?? null} answer={answer} />
      ) : null}
      {facts.length ? (
        <dl className="facts">
          {facts.map((field) => (
            <div key={field.key} className="fact">
              <dt>{say(field.label)}</dt>
              <dd>
                {answer.masked.includes(field.key) ? (
                  <Reveal
                    form={plan.key}
                    recordId={record.id}
                    field={field}
                    value={record[field.key] ?? null}
                  />
                ) : (
                  <RecordCell record={record} field={field} labels={answer.labels} />
                )}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
    </header>
  );
};
