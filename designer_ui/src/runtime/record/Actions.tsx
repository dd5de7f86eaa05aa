/** The buttons of a record page: sure? what must be filled? then one press on the server. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import { App, Button, Dropdown } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { useAct } from "../../api/records";
import type { ActionPlan, FormPlan, Problem, RecordAnswer } from "../../api/types";
import { type ActionAsked, onAsked } from "../../controls/parts/asking";
import { localDay } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { isObject, type Values } from "../../shared/json";
import { clinicNow } from "../../shared/now";
import { contextOf, hasFormulas, loadFormulas, run } from "../../shared/rules";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { valuesOf } from "../list/CellEditor";
import { useActor } from "../list/useColors";
import { useFrame } from "../shell/frame";
import { AskFields } from "./AskFields";

const SHOWN = 2;

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
        <AskFields
          plan={plan}
          record={answer.record}
          labels={answer.labels}
          keys={asking.ask ?? []}
          title={say(asking.name)}
          okText={say(asking.name)}
          masked={answer.masked}
          problems={problems}
          busy={act.isPending}
          onCancel={() => setAsking(null)}
          onDone={(values) => send(asking, values)}
        />
      ) : null}
    </>
  );
};
