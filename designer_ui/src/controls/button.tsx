import { Button } from "antd";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";

/** Asks the page to run one of the form's actions. */
export const ACTION_EVENT = "clinicraft:action";

const view: ControlView<never, { action?: string; confirm?: Words; look?: string }> = {
  kind: "button",
  Cell: ({ config, field }) => {
    const say = useSay();
    return (
      <Button
        type={config.look === "primary" ? "primary" : config.look === "link" ? "link" : "default"}
        danger={config.look === "danger"}
        onClick={(event) =>
          event.currentTarget.dispatchEvent(
            new CustomEvent(ACTION_EVENT, {
              bubbles: true,
              detail: { action: config.action, confirm: config.confirm },
            }),
          )
        }
      >
        {say(field.label)}
      </Button>
    );
  },
};

export default view;
