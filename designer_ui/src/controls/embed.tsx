import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";

const view: ControlView<never, { url?: string; height?: number }> = {
  kind: "embed",
  Cell: ({ config, field }) => {
    const say = useSay();
    if (!/^https:\/\//.test(config.url ?? "")) return null;
    return (
      <iframe
        src={config.url}
        title={say(field.label)}
        height={config.height ?? 360}
        width="100%"
        sandbox="allow-scripts allow-forms"
        referrerPolicy="no-referrer"
        loading="lazy"
        style={{ border: 0 }}
      />
    );
  },
  wide: true,
};

export default view;
