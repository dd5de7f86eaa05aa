/** The buttons of a record page: sure? what must be filled? then one press on the server. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import { App, Button, Dropdown, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { useAct } from "../../api/records";
import type { ActionPlan, FormPlan, Problem, RecordAnswer } from "../../api/types";
import { type ActionAsked, onAsked } from "../../controls/parts/asking";
import { fieldOf } from "../../shared/fields";
import { localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { isBlank, isObject, type Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { clinicNow } from "../../shared/now";
import { contextOf, hasFormulas, loadFormulas, run } from "../../shared/rules";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { valuesOf } from "../list/CellEditor";
import { useActor } from "../list/useColors";
import { useFrame } from "../shell/frame";
import { FieldSlot } from "./FieldSlot";
import { problemsByField } from "./formModel";

const SHOWN = 2;

const Asking = ({
  plan,
  answer,
  action,
  problems,
  busy,
  onDone,
  onCancel,
}: {
  plan: FormPlan;
  answer: RecordAnswer;
  action: ActionPlan;
  problems: readonly Problem[];
  busy: boolean;
  onDone: (values: Values) => void;
  onCancel: () => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const [values, setValues] = useState<Values>({});
  const fields = (action.ask ?? []).map((key) => fieldOf(plan, key)).filter((field) => field !== undefined);
  useKinds(fields.map((field) => field.control));
  const found = problemsByField(plan, problems);
  const all = { ...valuesOf(answer.record), ...values };
  return (
    <Modal
      open
      width={460}
      title={say(action.name)}
      onCancel={onCancel}
      footer={
        <>
          <Button onClick={onCancel}>{t("common.cancel")}</Button>
          <Button
            type="primary"
            loading={busy}
            disabled={fields.some((field) => field.required && isBlank(all[field.key]))}
            onClick={() => onDone(values)}
          >
            {say(action.name)}
          </Button>
        </>
      }
    >
      <div className="bulk">
        {fields.map((field) => (
          <FieldSlot
            key={field.key}
            form={plan.key}
            recordId={answer.record.id}
            field={field}
            value={all[field.key] ?? null}
            values={all}
            labels={answer.labels}
            state={{ visible: true, required: field.required === true, readOnly: field.level !== "write" }}
            problems={found.get(field.key)}
            isMasked={answer.masked.includes(field.key)}
            columns={1}
            onChange={(key, value) => setValues((old) => ({ ...old, [key]: value }))}
          />
        ))}
      </div>
    </Modal>
  );
};

export const Actions = ({
  plan,
  answer,
  page,
  onPrint,
}: {
  plan: FormPlan;
  answer: RecordAnswer;
  onPrint: () => void;
  /** The page whose buttons inside the form are heard. */
  page: HTMLElement | null;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const notify = useNotify();
  const actor = useActor();
  const { zone } = useControlHost();
  const { modal } = App.useApp();
  const act = useAct(plan.key);
  const [asking, setAsking] = useState<ActionPlan | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [ready, setReady] = useState(hasFormulas());
  useEffect(() => {
    if (!ready) void loadFormulas().then(setReady);
  }, [ready]);
  const now = clinicNow();
  const stored = valuesOf(answer.record);
  const context = contextOf({ plan, stored, now, today: localDay(now, zone), zone, actor }, stored);
  const shown = (plan.page.actions ?? []).filter(
    (action) => !action.visible_if || run(action.visible_if, context) === true,
  );
  const send = (action: ActionPlan, values: Values) =>
    act.mutate(
      { recordId: answer.record.id, action: action.key, values },
      {
        onSuccess: () => {
          setAsking(null);
          notify.done(t("action.done", { name: say(action.name) }));
        },
        onError: (error) => {
          if (error instanceof ApiError && error.status === 422 && asking) setProblems(error.problems);
          notify.failed(error);
        },
      },
    );
  const press = (action: ActionPlan, confirm = action.confirm) => {
    setProblems([]);
    if (action.print) onPrint();
    else if (action.create) {
      const preset: Values = {};
      for (const [key, tree] of Object.entries(action.create.values)) {
        const value = run(tree, context);
        if (value !== undefined) preset[key] = value;
      }
      frame.openNew({ form: action.create.form, preset });
    } else if (action.ask?.length) setAsking(action);
    else if (confirm)
      modal.confirm({
        title: isObject(confirm) ? say(confirm) : t("action.sure", { name: say(action.name) }),
        okText: say(action.name),
        cancelText: t("common.cancel"),
        onOk: () => send(action, {}),
      });
    else send(action, {});
  };
  const hear = (asked: ActionAsked) => {
    const action = shown.find((one) => one.key === asked.action);
    if (action) press(action, asked.confirm ?? action.confirm);
    else notify.warn(t("action.notNow"));
  };
  const latest = useRef(hear);
  latest.current = hear;
  useEffect(() => (page ? onAsked(page, (asked) => latest.current(asked)) : undefined), [page]);
  if (answer.can.edit === false && shown.every((action) => !action.create && !action.print)) return null;
  const rest = shown.slice(SHOWN);
  return (
    <>
      {shown.slice(0, SHOWN).map((action) => (
        <Button
          key={action.key}
          loading={act.isPending && act.variables.action === action.key}
          onClick={() => press(action)}
        >
          {say(action.name)}
        </Button>
      ))}
      {rest.length ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: rest.map((action) => ({ key: action.key, label: say(action.name) })),
            onClick: ({ key }) => {
              const action = rest.find((item) => item.key === key);
              if (action) press(action);
            },
          }}
        >
          <Button icon={<DownOutlined />} iconPlacement="end">
            {t("action.more")}
          </Button>
        </Dropdown>
      ) : null}
      {asking ? (
        <Asking
          plan={plan}
          answer={answer}
          action={asking}
          problems={problems}
          busy={act.isPending}
          onCancel={() => setAsking(null)}
          onDone={(values) => send(asking, values)}
        />
      ) : null}
    </>
  );
};
