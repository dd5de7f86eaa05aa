/** The records behind a number, as a list of its own: all that lists can do is there, and the way back to the board. */

import ArrowLeftOutlined from "@ant-design/icons/ArrowLeftOutlined";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams, useSearchParams } from "react-router";
import { request } from "../../api/client";
import { useForm } from "../../api/forms";
import type { FormPlan, SavedView } from "../../api/types";
import { isObject } from "../../shared/json";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { NO_FILTER } from "../list/settings";
import { TableView } from "../list/TableView";
import type { Behind } from "./contract";
import "./dashboards.css";

const viewOf = (plan: FormPlan, behind: Behind): SavedView => {
  const usual = plan.views.find((one) => one.kind === "table") ?? plan.views[0];
  return {
    key: "behind",
    kind: "table",
    name: plan.name,
    columns: usual?.columns ?? [],
    sort: usual?.sort ?? ["-created_at"],
    totals: usual?.totals ?? {},
    where: NO_FILTER,
    ...(behind.formula ? { formula: behind.formula } : {}),
    ...(behind.filter ? { within: behind.filter } : {}),
  };
};

const Listed = ({ behind }: { behind: Behind }) => {
  const { data: plan, error, refetch } = useForm(behind.form);
  const view = useMemo(() => (plan ? viewOf(plan, behind) : undefined), [plan, behind]);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return plan && view ? <TableView plan={plan} view={view} /> : <Loading rows={12} />;
};

export const BehindScreen = () => {
  const { kind = "", key = "" } = useParams();
  const { t } = useTranslation();
  const say = useSay();
  const [params] = useSearchParams();
  const { state } = useLocation();
  const at = params.get("at") ?? "";
  const behind = useQuery({
    queryKey: ["behind", kind, key, at],
    queryFn: ({ signal }) =>
      request<Behind>(
        "POST",
        `/api/${kind === "reports" ? kind : "dashboards"}/${encodeURIComponent(key)}/records`,
        JSON.parse(at),
        signal,
      ),
    retry: false,
  });
  const part = Number(params.get("part") ?? 0);
  const parts = behind.data ? [behind.data, ...(behind.data.also ?? [])] : [];
  const shown = parts[part] ?? parts[0];
  const plan = useForm(shown?.form);
  const partTo = (place: number): string => {
    const next = new URLSearchParams(params);
    if (place > 0) next.set("part", String(place));
    else next.delete("part");
    return `?${next}`;
  };
  const known: unknown = state;
  const from = isObject(known) ? known : {};
  const back = typeof from.back === "string" ? from.back : `/${kind}/${key}`;
  const words = [typeof from.words === "string" ? from.words : "", say(behind.data?.words)];
  const told = words.filter(Boolean).join(" · ");
  const name = typeof from.name === "string" ? from.name : t("dashboard.title");
  return (
    <div className="page page-list page-behind">
      <div className="head">
        <Link className="behind-back" to={back} aria-label={t("dashboard.backTo", { name })}>
          <ArrowLeftOutlined />
        </Link>
        <h1>{say(plan.data?.name)}</h1>
        {parts.length > 1 ? (
          <nav className="tabs" aria-label={t("dashboard.records")}>
            {parts.map((one, place) => (
              <Link
                key={partTo(place)}
                to={partTo(place)}
                replace
                state={state}
                aria-current={one === shown ? "page" : undefined}
                className={one === shown ? "tab tab-on" : "tab"}
              >
                {place === 0 ? t("dashboard.partMain") : say(one.words)} {one.count}
              </Link>
            ))}
          </nav>
        ) : null}
        <span className="behind-name" title={told}>
          {told}
        </span>
      </div>
      {behind.error ? <ErrorState error={behind.error} onRetry={() => void behind.refetch()} /> : null}
      {shown ? <Listed key={`${at} ${part}`} behind={shown} /> : behind.error ? null : <Loading rows={12} />}
    </div>
  );
};
