/** What an action asks before it is done: a person, people, a step, a time, a reason. */

import { DatePicker, Form, Input, Modal, Radio, Segmented } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { TaskAction, TaskPage } from "../../api/tasks";
import type { Values } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { useSay } from "../../shared/useLang";
import { PersonSelect } from "./PersonSelect";
import { nameOf } from "./words";

/** Actions that ask nothing are done at one press. */
export const ASKS = new Set([
  "transfer",
  "delegate",
  "hand_over",
  "add_signers",
  "remove_signers",
  "send_back",
  "cc",
  "park",
  "comment",
  "pause_clock",
]);

const COMMENT_NEEDED = new Set(["send_back", "comment"]);

interface Draft {
  people: string[];
  side: string;
  mode: string;
  to: string;
  resume: string;
  until: Dayjs | null;
  tasks: number[];
  comment: string;
}

const valuesOf = (kind: string, draft: Draft): Values | null => {
  switch (kind) {
    case "transfer":
    case "delegate":
    case "hand_over":
      return draft.people[0] ? { to: draft.people[0] } : null;
    case "add_signers":
      return draft.people.length ? { people: draft.people, side: draft.side, mode: draft.mode } : null;
    case "cc":
      return draft.people.length ? { people: draft.people } : null;
    case "remove_signers":
      return draft.tasks.length ? { tasks: draft.tasks } : null;
    case "send_back":
      return draft.to ? { to: draft.to, resume: draft.resume } : null;
    case "park":
      return draft.until ? { until: draft.until.toISOString() } : null;
    default:
      return {};
  }
};

export const ActionDialog = ({
  action,
  page,
  busy,
  onDo,
  onCancel,
}: {
  action: TaskAction;
  page: TaskPage;
  busy: boolean;
  onDo: (values: Values, comment: string) => void;
  onCancel: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [draft, setDraft] = useState<Draft>({
    people: [],
    side: "before",
    mode: "all",
    to: action.places?.[0]?.node ?? "",
    resume: "replay",
    until: dayjs(clinicNow()).add(1, "day").hour(9).minute(0).second(0),
    tasks: [],
    comment: "",
  });
  const put = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const { kind } = action;
  const values = valuesOf(kind, draft);
  const isReady = values !== null && (!COMMENT_NEEDED.has(kind) || draft.comment.trim() !== "");
  const isMany = kind === "add_signers" || kind === "cc";
  return (
    <Modal
      open
      width={480}
      title={say(action.name)}
      okText={say(action.name)}
      cancelText={t("common.cancel")}
      confirmLoading={busy}
      okButtonProps={{ disabled: !isReady }}
      onOk={() => values && onDo(values, draft.comment)}
      onCancel={onCancel}
    >
      <Form layout="vertical" className="task-dialog">
        {["transfer", "delegate", "hand_over", "add_signers", "cc"].includes(kind) ? (
          <Form.Item label={t(isMany ? "tasks.people" : "tasks.person")} required>
            <PersonSelect
              isMany={isMany}
              value={draft.people}
              onChange={(people) => put({ people })}
              label={t("tasks.person")}
            />
          </Form.Item>
        ) : null}
        {kind === "add_signers" ? (
          <>
            <Form.Item label={t("tasks.side")}>
              <Segmented
                block
                value={draft.side}
                onChange={(side) => put({ side })}
                options={["before", "after", "parallel"].map((value) => ({
                  value,
                  label: t(`tasks.side_${value}`),
                }))}
              />
            </Form.Item>
            {draft.people.length > 1 ? (
              <Form.Item label={t("tasks.mode")}>
                <Segmented
                  block
                  value={draft.mode}
                  onChange={(mode) => put({ mode })}
                  options={["any", "all", "order"].map((value) => ({
                    value,
                    label: t(`tasks.mode_${value}`),
                  }))}
                />
              </Form.Item>
            ) : null}
          </>
        ) : null}
        {kind === "remove_signers" ? (
          <Form.Item label={t("tasks.removeWho")} required>
            <Radio.Group
              value={draft.tasks[0] ?? null}
              onChange={(event) => put({ tasks: [event.target.value] })}
              options={(action.tasks ?? []).map((one) => ({
                value: one.task_id,
                label: nameOf(page.labels, one.who),
              }))}
            />
          </Form.Item>
        ) : null}
        {kind === "send_back" ? (
          <>
            <Form.Item label={t("tasks.toStep")} required>
              <Radio.Group
                vertical
                value={draft.to}
                onChange={(event) => put({ to: event.target.value, resume: "replay" })}
                options={(action.places ?? []).map((one) => ({ value: one.node, label: say(one.name) }))}
              />
            </Form.Item>
            <Form.Item label={t("tasks.then")}>
              <Radio.Group
                value={draft.resume}
                onChange={(event) => put({ resume: event.target.value })}
                options={[
                  { value: "replay", label: t("tasks.then_replay") },
                  { value: "straight", label: t("tasks.then_straight") },
                ]}
              />
            </Form.Item>
          </>
        ) : null}
        {kind === "park" ? (
          <Form.Item label={t("tasks.until")} required>
            <DatePicker
              showTime={{ format: "HH:mm", minuteStep: 15 }}
              value={draft.until}
              onChange={(until) => put({ until })}
              disabledDate={(day) =>
                day.isBefore(dayjs(clinicNow()), "day") || day.isAfter(dayjs(clinicNow()).add(180, "day"))
              }
              allowClear={false}
              style={{ width: "100%" }}
            />
          </Form.Item>
        ) : null}
        <Form.Item
          label={t(COMMENT_NEEDED.has(kind) ? "tasks.comment" : "tasks.commentOptional")}
          required={COMMENT_NEEDED.has(kind)}
        >
          <Input.TextArea
            autoSize={{ minRows: 2, maxRows: 6 }}
            maxLength={2000}
            value={draft.comment}
            onChange={(event) => put({ comment: event.target.value })}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
};
