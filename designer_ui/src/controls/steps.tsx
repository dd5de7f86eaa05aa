import { Button, Steps } from "antd";
import { useTranslation } from "react-i18next";
import { useSay } from "../shared/useLang";
import { panesView, useFront } from "./parts/panes";

/** One pane after the other; any can be reached by its number. */
export default panesView("steps", ({ panes, stage }) => {
  const say = useSay();
  const { t } = useTranslation();
  const [front, show] = useFront(panes, stage);
  const pane = panes[front];
  return (
    <div className="ctl-steps">
      <Steps
        size="small"
        current={front}
        onChange={show}
        items={panes.map((one) => ({
          title: say(one.title) || one.key,
          ...(stage.isFailing(one.items ?? []) ? { status: "error" as const } : {}),
        }))}
      />
      {stage.draw(pane?.items ?? [], 2)}
      <div className="ctl-row">
        <Button size="small" disabled={front === 0} onClick={() => show(front - 1)}>
          {t("ctl.stepBack")}
        </Button>
        <Button size="small" disabled={front >= panes.length - 1} onClick={() => show(front + 1)}>
          {t("ctl.stepOn")}
        </Button>
      </div>
    </div>
  );
});
