/** A signature as it was written, with who, when, and the mark of what was signed. */

import { useTranslation } from "react-i18next";
import { formatInstant } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { Strokes } from "./Strokes";
import type { Signed } from "./signed";

export const SignedFigure = ({ value }: { value: Signed }) => {
  const { lang, zone } = useControlHost();
  const { t } = useTranslation();
  return (
    <figure className="ctl-figure">
      <Strokes strokes={value.strokes} ratio={value.ratio ?? 3} />
      <figcaption className="ctl-quiet">
        <span className="sr-only">{t("ctl.signedAlready")} </span>
        {[value.signer?.name, value.signer?.relation, formatInstant(value.signed_at, lang, zone)]
          .filter(Boolean)
          .join(" · ")}
        {value.doc_hash ? (
          <span className="ctl-mono" title={value.doc_hash}>
            {" "}
            {t("ctl.docHash", { hash: value.doc_hash.replace("sha256:", "").slice(0, 8) })}
          </span>
        ) : null}
      </figcaption>
    </figure>
  );
};
