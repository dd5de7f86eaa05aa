import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";
import type { Words } from "../shared/words";

const view: ControlView<never, { title?: Words }> = {
  kind: "section",
  Cell: ({ config }) => <h3 className="ctl-heading">{useSay()(config.title)}</h3>,
};

export default view;
