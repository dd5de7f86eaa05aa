import { lazy, Suspense } from "react";
import type { ControlView } from "../shared/kinds";
import { useSay } from "../shared/useLang";

const List = lazy(async () => ({ default: (await import("../runtime/record/RelatedList")).RelatedList }));

interface RelatedConfig {
  form?: string;
  by?: string;
  columns?: string[];
  add?: boolean;
}

const view: ControlView<never, RelatedConfig> = {
  kind: "related_list",
  Cell: () => null,
  Detail: ({ config, field, form, recordId }) => {
    const say = useSay();
    if (!recordId || !config.form || !config.by) return null;
    return (
      <Suspense fallback={null}>
        <List
          tab={{ key: field.key, kind: "related", columns: config.columns ?? [], add: config.add !== false }}
          form={config.form}
          by={config.by}
          place={`${form}.${field.key}`}
          recordId={recordId}
          title={say(field.label)}
        />
      </Suspense>
    );
  },
  wide: true,
  structured: true,
};

export default view;
