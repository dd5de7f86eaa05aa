/** The bar at the foot of a task: comment, signature, the choices, and what each leads to. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import { Button, Dropdown, Input, Popover } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TaskAction, TaskPage, TaskWay } from "../../api/tasks";
import type { FieldPlan } from "../../api/types";
import type { Signed } from "../../controls/parts/signed";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import { useNextWords } from "./useNextWords";

const SignatureInput = lazy(() => import("../../controls/heavy/SignatureInput"));
const REFUSALS = new Set(["rejected", "returned", "skipped"]);
/** Beside the choices; the rest stands under “more”. */
const BESIDE = new Set([
  "send_back",
  "transfer",
  "add_signers",
  "claim",
  "read",
  "take_back",
  "unpark",
  "resume_clock",
]);
const NO_FIELD = { key: "signed", control: "signature", config: {}, label: {} } as unknown as FieldPlan;

export const Next = ({ way, page }: { way: TaskWay; page: TaskPage }) => {
  const say = useSay();
  const nextWords = useNextWords(page.labels);
  return (
    <li className="next">
      <b>{say(way.label)}</b>
      <span>{nextWords(way.next)}</span>
    </li>
  );
};

export const DecideBar = ({
  page,
  busy,
  onDecide,
  onAction,
}: {
  page: TaskPage;
  busy: boolean;
  onDecide: (way: TaskWay, comment: string, signed: Signed | null) => void;
  onAction: (action: TaskAction) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const isNarrow = useNarrow();
  const [comment, setComment] = useState("");
  const [signed, setSigned] = useState<Signed | null>(null);
  const [lacking, setLacking] = useState<"comment" | "sign" | null>(null);
  const actions = page.actions.filter((action) => action.kind !== "complete" && action.kind !== "tick");
  const beside = actions.filter((action) => BESIDE.has(action.kind)).slice(0, isNarrow ? 1 : 3);
  const others = actions.filter((action) => !beside.includes(action));
  const decide = (way: TaskWay) => {
    if (way.needs_comment && !comment.trim()) return setLacking("comment");
    if (page.node.signature && !REFUSALS.has(way.way) && !signed) return setLacking("sign");
    setLacking(null);
    onDecide(way, comment, signed);
  };
  if (page.ways.length === 0 && actions.length === 0) return null;
  return (
    <footer className="decide">
      {page.ways.length ? (
        <div className="decide-words">
          <Input.TextArea
            value={comment}
            onChange={(event) => {
              setComment(event.target.value);
              if (lacking === "comment") setLacking(null);
            }}
            autoSize={{ minRows: 1, maxRows: 5 }}
            maxLength={2000}
            placeholder={t(lacking === "comment" ? "tasks.commentNeeded" : "tasks.commentHint")}
            aria-label={t("tasks.comment")}
            {...(lacking === "comment" ? { status: "error" as const } : {})}
          />
          {page.node.signature ? (
            <Popover
              trigger="click"
              placement="topRight"
              content={
                <div className="decide-sign">
                  <p>{t("tasks.signHint")}</p>
                  <Suspense fallback={null}>
                    <SignatureInput
                      value={signed}
                      config={{ height: 140 }}
                      field={NO_FIELD}
                      labels={page.labels}
                      form={page.task.form ?? ""}
                      recordId={page.task.record_id}
                      record={{}}
                      disabled={false}
                      invalid={lacking === "sign"}
                      onChange={(value) => {
                        setSigned(value);
                        setLacking(null);
                      }}
                    />
                  </Suspense>
                </div>
              }
            >
              <Button danger={lacking === "sign"} type={signed ? "default" : "dashed"}>
                {signed
                  ? `✓ ${t("tasks.signed")}`
                  : t(lacking === "sign" ? "tasks.signNeeded" : "tasks.sign")}
              </Button>
            </Popover>
          ) : null}
        </div>
      ) : null}
      <div className="decide-acts">
        {others.length ? (
          <Dropdown
            trigger={["click"]}
            placement="topLeft"
            menu={{
              items: others.map((action) => ({ key: action.kind, label: say(action.name) })),
              onClick: ({ key }) => {
                const found = others.find((action) => action.kind === key);
                if (found) onAction(found);
              },
            }}
          >
            <Button disabled={busy}>
              {t("tasks.more_actions")} <DownOutlined className="caret" />
            </Button>
          </Dropdown>
        ) : null}
        {beside.map((action) => (
          <Button key={action.kind} onClick={() => onAction(action)} disabled={busy}>
            {say(action.name)}
          </Button>
        ))}
        <span className="decide-gap" />
        {page.ways.toReversed().map((way) => (
          <Button
            key={way.way}
            type={way.is_yes ? "primary" : "default"}
            danger={way.way === "rejected"}
            loading={busy && way.is_yes}
            disabled={busy}
            onClick={() => decide(way)}
          >
            {say(way.label)}
          </Button>
        ))}
      </div>
    </footer>
  );
};
