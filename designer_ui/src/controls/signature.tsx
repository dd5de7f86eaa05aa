import { lazy } from "react";
import { formatInstant } from "../shared/format";
import { useControlHost } from "../shared/host";
import type { ControlView } from "../shared/kinds";
import { Strokes } from "./parts/Strokes";
import type { SignatureConfig, Signed } from "./parts/signed";

const view: ControlView<Signed, SignatureConfig> = {
  kind: "signature",
  Input: lazy(() => import("./heavy/SignatureInput")),
  Cell: ({ value }) => {
    const { lang, zone } = useControlHost();
    return (
      <span className="ctl-num">
        ✓ {value?.signer?.name} {value ? formatInstant(value.signed_at, lang, zone) : null}
      </span>
    );
  },
  Detail: ({ value }) => {
    const { lang, zone } = useControlHost();
    if (!value) return null;
    return (
      <figure className="ctl-figure">
        <Strokes strokes={value.strokes} ratio={value.ratio ?? 3} />
        <figcaption className="ctl-quiet">
          {[value.signer?.name, value.signer?.relation, formatInstant(value.signed_at, lang, zone)]
            .filter(Boolean)
            .join(" · ")}
        </figcaption>
      </figure>
    );
  },
  wide: true,
  structured: true,
};

export default view;
