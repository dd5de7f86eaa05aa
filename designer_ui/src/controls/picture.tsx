import { useControlHost } from "../shared/host";
import type { ControlView } from "../shared/kinds";
import type { Words } from "../shared/words";

const view: ControlView<never, { file?: string; alt?: Words; height?: number }> = {
  kind: "picture",
  Cell: ({ config, field }) => {
    const { fileUrl, say } = useControlHost();
    const file = config.file ?? "";
    const url = file.startsWith("/") ? file : fileUrl(file, { form: "", recordId: null, field: field.key });
    return (
      <img src={url} alt={say(config.alt)} style={{ maxHeight: config.height ?? 160, maxWidth: "100%" }} />
    );
  },
};

export default view;
