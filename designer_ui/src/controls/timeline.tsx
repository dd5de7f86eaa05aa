import { lazy, Suspense } from "react";
import type { ControlView } from "../shared/kinds";

const Story = lazy(async () => ({ default: (await import("../runtime/record/Timeline")).Timeline }));

const view: ControlView<never> = {
  kind: "timeline",
  Cell: () => null,
  Detail: ({ form, recordId, field }) => (
    <Suspense fallback={null}>
      {recordId ? <Story form={form} recordId={recordId} field={field.key} title="" /> : null}
    </Suspense>
  ),
  wide: true,
  structured: true,
};

export default view;
