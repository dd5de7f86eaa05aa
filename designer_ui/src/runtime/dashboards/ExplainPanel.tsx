/** Why a number is what it is: how it is worked out, of which records, and why it changed. */

import { useQuery } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { ChartFrame } from "./ChartFrame";
import type { Point, Source } from "./contract";
import { useMoment } from "./useMoment";

export const ExplainPanel = ({
  point,
  title,
  source,
  onClose,
}: {
  point: Point;
  title: string;
  source: Source;
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const isNarrow = useNarrow();
  const moment = useMoment();
  const { explain, openRecords } = source;
  const told = useQuery({
    queryKey: ["explain", point],
    queryFn: ({ signal }) => (explain ? explain(point, signal) : Promise.reject(new Error("closed"))),
    retry: false,
  });
  const found = told.data;
  return (
    <Drawer
      open
      title={title}
      size={isNarrow ? "100%" : 440}
      onClose={onClose}
      classNames={{ body: "explain" }}
    >
      {told.error ? <ErrorState error={told.error} onRetry={() => void told.refetch()} /> : null}
      {told.isPending ? <Loading rows={8} /> : null}
      {found ? (
        <>
          <div className="explain-value">
            <span>{say(found.name)}</span>
            <b>{found.value}</b>
          </div>
          <section>
            <h3>{t("dashboard.howWorked")}</h3>
            <p className="explain-formula">{say(found.formula)}</p>
            {found.parts.length > 0 ? (
              <dl className="explain-parts">
                {found.parts.map((part) => (
                  <div key={say(part.name)}>
                    <dt>{say(part.name)}</dt>
                    <dd>{part.value}</dd>
                  </div>
                ))}
              </dl>
            ) : null}
          </section>
          {found.dimensions?.length ? (
            <section>
              <h3>{t("dashboard.calculated")}</h3>
              <dl className="explain-dimensions">
                {found.dimensions.map((one) => (
                  <div key={say(one.name)}>
                    <dt>{say(one.name)}</dt>
                    <dd>{say(one.formula)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ) : null}
          {found.filters.length > 0 ? (
            <section>
              <h3>{t("dashboard.ofWhich")}</h3>
              <ul>
                {found.filters.map((one) => (
                  <li key={say(one)}>{say(one)}</li>
                ))}
              </ul>
            </section>
          ) : null}
          <section>
            <h3>{t("dashboard.behind")}</h3>
            <p>
              {found.rows === null ? null : t("dashboard.rows", { count: found.rows })}
              {found.as_of ? ` · ${t("dashboard.asOf", { at: moment(found.as_of) })}` : ""}
            </p>
            {openRecords && found.rows ? (
              <Button size="small" onClick={() => openRecords(point, title)}>
                {t("dashboard.records")}
              </Button>
            ) : null}
          </section>
          {found.hints.length > 0 ? (
            <section className="explain-hints">
              <h3>{t("dashboard.hints")}</h3>
              <ul>
                {found.hints.map((one) => (
                  <li key={say(one)}>{say(one)}</li>
                ))}
              </ul>
            </section>
          ) : null}
          {found.change ? (
            <section>
              <h3>{t("dashboard.whyChanged")}</h3>
              <div className="explain-change">
                <ChartFrame
                  kind={found.change.kind}
                  title={t("dashboard.whyChanged")}
                  answered={{
                    answer: { figure: found.change },
                    error: null,
                    isFirst: false,
                    isFetching: false,
                    retry: () => undefined,
                  }}
                />
              </div>
            </section>
          ) : null}
        </>
      ) : null}
    </Drawer>
  );
};
