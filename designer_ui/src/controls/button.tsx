import { Button } from "antd";
import type { Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";
import { type ActionAsked, askFor } from "./parts/asking";

interface ButtonConfig {
  action?: string;
  confirm?: Words;
  enabled_if?: Json;
  look?: string;
}

const view: ControlView<never, ButtonConfig> = {
  kind: "button",
  Cell: () => null,
  Detail: ({ config, field, recordId, stage }) => {
    const say = useSay();
    // An action works on a stored record; there is none yet while one is being made.
    const enabled =
      recordId !== null && config.action !== undefined && stage?.holds(config.enabled_if) !== false;
    return (
      <Button
        type={config.look === "primary" ? "primary" : config.look === "link" ? "link" : "default"}
        danger={config.look === "danger"}
        disabled={!enabled}
        onClick={(event) => {
          const asked: ActionAsked = { action: config.action ?? "", confirm: config.confirm ?? null };
          askFor(event.currentTarget, asked);
        }}
      >
        {say(field.label)}
      </Button>
    );
  },
};

export default view;
