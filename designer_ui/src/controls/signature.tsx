import { lazy } from "react";
import { formatInstant } from "../shared/format";
import { useControlHost } from "../shared/host";
import type { ControlView } from "../shared/kinds";
import { SignedFigure } from "./parts/SignedFigure";
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
  Detail: ({ value }) => (value ? <SignedFigure value={value} /> : null),
  wide: true,
  structured: true,
};

export default view;
