/** The records behind a number, as a list of its own: all that lists can do is there, and the way back to the board. */

import ArrowLeftOutlined from "@ant-design/icons/ArrowLeftOutlined";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams, useSearchParams } from "react-router";
import { useForm } from "../../api/forms";
import type { FilterGroup, SavedView } from "../../api/types";
import { isObject, type Json } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { NO_FILTER } from "../list/settings";
import { TableView } from "../list/TableView";

interface Asked {
  readonly filter?: FilterGroup;
  readonly formula?: string;
  readonly name: string;
}

const groupOf = (value: Json | undefined): FilterGroup | undefined =>
  isObject(value) && Array.isArray(value.items) ? JSON.parse(JSON.stringify(value)) : undefined;

const askedIn = (text: string | null, say: (words: { zh?: string; en?: string }) => string): Asked | null => {
  try {
    const found: unknown = JSON.parse(text ?? "null");
    if (!isObject(found)) return null;
    const filter = groupOf(found.filter);
    const words = isObject(found.words) ? found.words : {};
    const zh = typeof words.zh === "string" ? words.zh : "";
    const en = typeof words.en === "string" ? words.en : "";
    return {
      name: say({ zh, en }),
      ...(filter ? { filter } : {}),
      ...(typeof found.formula === "string" ? { formula: found.formula } : {}),
    };
  } catch {
    return null;
  }
};

export const BehindScreen = () => {
  const { form = "" } = useParams();
  const { t } = useTranslation();
  const say = useSay();
  const [params] = useSearchParams();
  const { state } = useLocation();
  const { data: plan, error, refetch } = useForm(form);
  const text = params.get("q");
  const asked = useMemo(() => askedIn(text, say), [text, say]);
  const view = useMemo((): SavedView | null => {
    if (!plan || !asked) return null;
    const usual = plan.views.find((one) => one.kind === "table") ?? plan.views[0];
    return {
      key: "behind",
      kind: "table",
      name: plan.name,
      columns: usual?.columns ?? [],
      sort: usual?.sort ?? ["-created_at"],
      totals: usual?.totals ?? {},
      where: asked.filter ?? NO_FILTER,
      ...(asked.formula ? { formula: asked.formula } : {}),
    };
  }, [plan, asked]);
  const known: unknown = state;
  const from = isObject(known) && typeof known.back === "string" ? known : null;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!asked)
    return (
      <StateView picture="lost" title={t("dashboard.gone")}>
        <Link to="/dashboards">{t("dashboard.title")}</Link>
      </StateView>
    );
  if (!plan || !view) return <Loading rows={12} />;
  return (
    <div className="page page-list page-behind">
      <div className="head">
        <Link
          className="behind-back"
          to={typeof from?.back === "string" ? from.back : "/dashboards"}
          aria-label={t("dashboard.backTo", {
            name: typeof from?.name === "string" ? from.name : t("dashboard.title"),
          })}
        >
          <ArrowLeftOutlined />
        </Link>
        <h1>{say(plan.name)}</h1>
        <span className="behind-name">{asked.name}</span>
      </div>
      <TableView key={text} plan={plan} view={view} />
    </div>
  );
};
