/** The proof that nobody was forgotten: for each follow-up rule what should have happened, what did, and the gaps. */

import { Drawer, Progress, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCoverage, useGaps } from "../../api/tasks";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, type JsonObject } from "../../shared/json";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import type { Words } from "../../shared/words";
import { useFrame } from "../shell/frame";

const NUMBERS = ["due", "started", "finished", "ahead", "missed", "skipped"] as const;
const TITLES = {
  due: "flows.due",
  started: "flows.didStart",
  finished: "flows.didFinish",
  ahead: "flows.ahead",
  missed: "flows.missed",
  skipped: "flows.skipped",
} as const;

const Gaps = ({ rule, name, onClose }: { rule: string; name: string; onClose: () => void }) => {
  const { t } = useTranslation();
  const { lang, zone } = useControlHost();
  const frame = useFrame();
  const { data, error, isPending } = useGaps(rule);
  return (
    <Drawer
      open
      onClose={onClose}
      size={480}
      title={t("flows.gaps", { rule: name })}
      closable={{ placement: "end" }}
    >
      {error ? <ErrorState error={error} /> : null}
      {isPending ? <Loading /> : null}
      {data && data.gaps.length === 0 ? <StateView picture="empty" title={t("flows.gapsNone")} /> : null}
      <ul className="task-list">
        {(data?.gaps ?? []).map((gap) => (
          <li key={`${asText(gap.record_id)}-${asText(gap.occurrence)}`} className="task-row">
            <button
              type="button"
              className="link task-main"
              onClick={() => frame.openRecord(asText(gap.form), asText(gap.record_id))}
            >
              {data?.titles[asText(gap.record_id)]}
            </button>
            <span className="task-due">{formatInstant(asText(gap.due_at), lang, zone)}</span>
            <span className="hint">
              {gap.reason
                ? asText(gap.reason)
                : t(`flows.${asText(gap.state) === "skipped" ? "skipped" : "missed"}`)}
            </span>
          </li>
        ))}
      </ul>
    </Drawer>
  );
};

interface Opened {
  rule: string;
  name: string;
}

const Rule = ({ rule, onOpen }: { rule: JsonObject; onOpen: (opened: Opened) => void }) => {
  const say = useSay();
  const name = say(rule.name as Words);
  return (
    <span>
      <button type="button" className="link" onClick={() => onOpen({ rule: asText(rule.trigger), name })}>
        {name}
      </button>{" "}
      {rule.rule ? <span className="hint">{say(rule.rule as Words)}</span> : null}
    </span>
  );
};

const Share = ({ rule }: { rule: JsonObject }) => {
  const { t } = useTranslation();
  if (rule.share === null) return "–";
  const share = Number(rule.share);
  return (
    <Progress
      percent={Math.round(share * 1000) / 10}
      size="small"
      aria-label={t("flows.share")}
      status={share >= 1 ? "success" : "normal"}
    />
  );
};

export const Coverage = () => {
  const { t } = useTranslation();
  const isNarrow = useNarrow();
  const [open, setOpen] = useState<Opened | null>(null);
  const { data, error, isPending, refetch } = useCoverage();
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending || !data) return <Loading rows={6} />;
  if (data.rules.length === 0)
    return (
      <StateView picture="empty" title={t("flows.coverageNone")}>
        {t("flows.coverageNoneNext")}
      </StateView>
    );
  const gaps = open ? <Gaps {...open} onClose={() => setOpen(null)} /> : null;
  if (isNarrow)
    return (
      <>
        <ul className="task-list">
          {data.rules.map((rule) => (
            <li key={asText(rule.trigger)} className="task-row cover-row">
              <Rule rule={rule} onOpen={setOpen} />
              <Share rule={rule} />
              <span className="task-facts">
                {NUMBERS.map((key) => (
                  <span key={key} className={key === "missed" && Number(rule[key]) > 0 ? "due-late" : ""}>
                    {t(TITLES[key])} {asText(rule[key])}
                  </span>
                ))}
              </span>
            </li>
          ))}
        </ul>
        {gaps}
      </>
    );
  return (
    <>
      <Table<JsonObject>
        className="cover-table"
        size="small"
        pagination={false}
        scroll={{ x: 720 }}
        rowKey={(rule) => asText(rule.trigger)}
        dataSource={data.rules}
        columns={[
          {
            title: t("flows.rule"),
            render: (_, rule) => <Rule rule={rule} onOpen={setOpen} />,
          },
          ...NUMBERS.map((key) => ({
            title: t(TITLES[key]),
            dataIndex: key,
            align: "right" as const,
            width: 84,
            render: (value: number) => (
              <span className={key === "missed" && value > 0 ? "due-late" : ""}>{value}</span>
            ),
          })),
          {
            title: t("flows.share"),
            width: 160,
            render: (_, rule) => <Share rule={rule} />,
          },
        ]}
      />
      {gaps}
    </>
  );
};
