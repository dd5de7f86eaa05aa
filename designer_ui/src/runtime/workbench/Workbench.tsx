/** What do I do now: today's lists, each line opening its record beside; my numbers on the right. */

import CheckCircleOutlined from "@ant-design/icons/CheckCircleOutlined";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useForm } from "../../api/forms";
import { useApp, useMe, useWorkbench } from "../../api/session";
import type { FieldPlan, FormPlan, RecordData, Workbench, WorkbenchSection } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import {
  BLANK,
  formatDay,
  formatMoney,
  formatNumber,
  formatPercent,
  localDay,
  localTime,
} from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, isBlank, type Json } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { clinicNow } from "../../shared/now";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { RecordCell } from "../list/Cell";
import { useFrame } from "../shell/frame";
import { WorkTasks } from "../tasks/WorkTasks";
import { LineActs } from "./LineActs";

/** "late" when its moment or its day is over, "today" today, else "". */
const urgencyOf = (value: Json | undefined, zone: string, now: Date): "late" | "today" | "" => {
  const text = asText(value);
  if (text === "") return "";
  if (text.includes("T") && Date.parse(text) < now.getTime()) return "late";
  const day = text.includes("T") ? localDay(text, zone) : text.slice(0, 10);
  const today = localDay(now, zone);
  if (day < today) return "late";
  return day === today ? "today" : "";
};

const DUE = ["due_at", "due_date", "plan_at", "next_followup_at", "scheduled_at"];

const MOST_FACTS = 5;
const NUMBERS: ReadonlySet<string> = new Set(["integer", "decimal", "money"]);

/** A bare number does not say what it counts, so its name stands before it; and it is never cut short. */
const isCounted = (field: FieldPlan): boolean => NUMBERS.has(field.value_type ?? "");

const factClass = (field: FieldPlan, isTitle: boolean): string =>
  isTitle ? "work-title" : isCounted(field) ? "work-fact work-number" : "work-fact";

const phoneOf = (fields: readonly FieldPlan[]): FieldPlan | undefined =>
  fields.find((field) => field.control === "mobile" || field.control === "phone");

/** What a line says after its time. In a full line the number stands behind the receiver alone. */
const shownOf = (
  fields: readonly FieldPlan[],
  time: FieldPlan | undefined,
  phone: FieldPlan | undefined,
): FieldPlan[] =>
  fields.filter((field) => field !== time && !(field === phone && fields.length > MOST_FACTS));

const Line = ({
  section,
  record,
  sequence,
}: {
  section: WorkbenchSection;
  record: RecordData;
  sequence: readonly string[];
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const { zone } = useControlHost();
  const frame = useFrame();
  const { data: plan } = useForm(section.form);
  if (!plan) return null;
  const fields = section.columns.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined);
  const time = fields.find((field) => field.value_type === "datetime");
  const phoneField = phoneOf(fields);
  const shown = shownOf(fields, time, phoneField);
  const at = time ? asText(record[time.key]) : "";
  const dueKey = DUE.find((key) => record[key] !== undefined);
  const phone = phoneField ? asText(record[phoneField.key]) : "";
  const urgency = dueKey ? urgencyOf(record[dueKey] ?? null, zone, clinicNow()) : "";
  return (
    <li className="work-row">
      <button
        type="button"
        className="work-line"
        onClick={() => frame.openRecord(section.form, record.id, sequence)}
      >
        {time ? (
          <span className="work-time">
            {at
              ? localDay(at, zone) === localDay(clinicNow(), zone)
                ? localTime(at, zone)
                : localDay(at, zone).slice(5).replace("-", "/")
              : BLANK}
          </span>
        ) : null}
        {shown.map((field, index) => (
          <span key={field.key} className={factClass(field, index === 0)}>
            {isBlank(record[field.key] ?? null) ? null : (
              <>
                {isCounted(field) && index > 0 ? <small>{say(field.label)}</small> : null}
                <RecordCell plain record={record} field={field} labels={section.labels} />
              </>
            )}
          </span>
        ))}
        <span className={`due due-${urgency || "none"}`}>{urgency ? t(`due.${urgency}`) : ""}</span>
      </button>
      <LineActs
        plan={plan}
        record={record}
        labels={section.labels}
        dueKey={dueKey}
        phone={/^\+?[\d\s-]{5,}$/.test(phone) ? phone : ""}
      />
    </li>
  );
};

/** The same columns for every line of a section: time, title, facts, urgency. A column without a word takes no room. */
const tracksOf = (plan: FormPlan | undefined, section: WorkbenchSection): string => {
  const fields = plan
    ? section.columns.map((key) => fieldOf(plan, key)).filter((field) => field !== undefined)
    : [];
  const time = fields.find((field) => field?.value_type === "datetime");
  const facts = shownOf(fields, time, phoneOf(fields)).slice(1);
  // A name gives way before a number or a state does.
  const isWhole = (field: FieldPlan) => isCounted(field) || field.value_type === "choice";
  const widths = facts.map((field) => (isWhole(field) ? "max-content" : "fit-content(160px)"));
  return `${time ? "52px " : ""}minmax(56px, max-content) ${widths.join(" ")} 1fr`;
};

/** Sections with nothing to do, in one line. */
const Clear = ({ sections }: { sections: readonly WorkbenchSection[] }) => {
  const { t } = useTranslation();
  const say = useSay();
  if (sections.length === 0) return null;
  return (
    <p className="work-clear">
      <CheckCircleOutlined aria-hidden /> <b>{t("workbench.clear")}</b>
      {sections.map((section) => (
        <span key={section.key}>{say(section.name)}</span>
      ))}
    </p>
  );
};

const Section = ({ section }: { section: WorkbenchSection }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { data: plan } = useForm(section.form);
  useKinds(plan ? section.columns.map((key) => fieldOf(plan, key)?.control ?? "") : []);
  const ids = section.records.map((record) => record.id);
  return (
    <section className="work-section">
      <h2>
        {say(section.name)} <span className="group-count">{section.count}</span>
      </h2>
      <ul className="work-list" style={{ gridTemplateColumns: tracksOf(plan, section) }}>
        {section.records.map((record) => (
          <Line key={record.id} section={section} record={record} sequence={ids} />
        ))}
      </ul>
      {section.count > section.records.length ? (
        <p className="hint">
          {t("workbench.firstOf", { shown: section.records.length, count: section.count })}
        </p>
      ) : null}
    </section>
  );
};

const numberText = (number: Workbench["numbers"][number]): string => {
  if (number.format === "money") return formatMoney(number.value);
  if (number.format === "percent") return formatPercent(number.value);
  return formatNumber(number.value);
};

const Numbers = ({ numbers }: { numbers: Workbench["numbers"] }) => {
  const { t } = useTranslation();
  const say = useSay();
  if (numbers.length === 0) return null;
  return (
    <aside className="numbers" aria-label={t("workbench.numbers")}>
      <h2>{t("workbench.numbers")}</h2>
      <dl>
        {numbers.map((number) => (
          <div key={number.key} className="number">
            <dt>{say(number.name)}</dt>
            <dd>
              <b>{numberText(number)}</b>
            </dd>
          </div>
        ))}
      </dl>
    </aside>
  );
};

export const WorkbenchScreen = () => {
  const { t } = useTranslation();
  const say = useSay();
  const { page: key } = useParams();
  const { lang, zone } = useControlHost();
  const { data: app } = useApp();
  const { data: me } = useMe();
  const { data, error, isPending, refetch } = useWorkbench();
  const page = app?.pages.find((item) => item.key === key);
  const today = localDay(clinicNow(), zone);
  return (
    <div className="page page-work">
      <div className="head">
        <h1>{say(page?.name) || t("workbench.title")}</h1>
        <span className="hint">
          {formatDay(today, lang, today)}
          {me ? ` · ${me.user.name}` : ""}
        </span>
      </div>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={14} /> : null}
      {data ? (
        <div className={data.numbers.length ? "work work-with-numbers" : "work"}>
          <div className="work-columns">
            <WorkTasks />
            {data.sections.length === 0 ? (
              <StateView picture="empty" title={t("workbench.none")}>
                {t("workbench.noneNext")}
              </StateView>
            ) : null}
            {data.sections
              .filter((section) => section.records.length > 0)
              .map((section) => (
                <Section key={section.key} section={section} />
              ))}
            <Clear sections={data.sections.filter((section) => section.records.length === 0)} />
          </div>
          <Numbers numbers={data.numbers} />
        </div>
      ) : null}
    </div>
  );
};
