import { Button, Steps } from "antd";
import { useTranslation } from "react-i18next";
import { useSay } from "../shared/useLang";
import { panesView, useFront } from "./parts/panes";

/** One pane after the other; any can be reached by its number. */
export default panesView("steps", ({ panes, stage, config }) => {
  const say = useSay();
  const { t } = useTranslation();
  const [front, show] = useFront(panes, stage);
  const pane = panes[front];
  // Back is always open; on only past steps in which nothing is missing.
  const go = (place: number) => {
    const passed = config.check_each === false ? [] : panes.slice(front, place);
    const held = passed.findIndex((one) => !stage.check(one.items ?? []));
    show(held < 0 ? place : front + held);
  };
  return (
    <div className="ctl-steps">
      <Steps
        size="small"
        current={front}
        onChange={go}
        items={panes.map((one) => ({
          title: say(one.title) || one.key,
          ...(stage.isFailing(one.items ?? []) ? { status: "error" as const } : {}),
        }))}
      />
      {stage.draw(pane?.items ?? [], 2)}
      <div className="ctl-row">
        <Button size="small" disabled={front === 0} onClick={() => go(front - 1)}>
          {t("ctl.stepBack")}
        </Button>
        <Button size="small" disabled={front >= panes.length - 1} onClick={() => go(front + 1)}>
          {t("ctl.stepOn")}
        </Button>
      </div>
    </div>
  );
});
