import { lazy, Suspense } from "react";
import type { ControlView } from "../shared/kinds";
import { type LineConfig, lineView } from "./parts/lines";
import { tidyCode } from "./parts/tidy";

const Drawn = lazy(() => import("./heavy/QrDrawing"));
const SIZE = 120;

const line = lineView("barcode", { tidy: tidyCode, mono: true });

const view: ControlView<string, LineConfig> = {
  ...line,
  Detail: (props) => (
    <>
      <line.Cell {...props} />
      {props.config.draw && props.value ? (
        <Suspense fallback={null}>
          <div>
            <Drawn content={props.value} size={SIZE} />
          </div>
        </Suspense>
      ) : null}
    </>
  ),
};

export default view;
