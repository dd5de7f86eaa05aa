/** Draws a view by its kind; all but the table load when first asked for. */

import { lazy, Suspense } from "react";
import type { FormPlan, SavedView, ViewKind, ViewPlan } from "../../api/types";
import { Loading } from "../../shared/States";
import type { ListSettings } from "./settings";
import { TableView } from "./TableView";

export interface ViewProps {
  plan: FormPlan;
  view: ViewPlan | SavedView | undefined;
  /** Absent where a list cannot be kept as a view. */
  onSaveView?: (settings: ListSettings) => void;
}

const KINDS = {
  kanban: lazy(async () => ({ default: (await import("../views/KanbanView")).KanbanView })),
  calendar: lazy(async () => ({ default: (await import("../views/CalendarView")).CalendarView })),
  board: lazy(async () => ({ default: (await import("../views/CalendarView")).CalendarView })),
  gallery: lazy(async () => ({ default: (await import("../views/GalleryView")).GalleryView })),
  tree: lazy(async () => ({ default: (await import("../views/TreeView")).TreeView })),
};

const isOther = (kind: ViewKind | undefined): kind is keyof typeof KINDS =>
  kind !== undefined && kind in KINDS;

export const ViewHost = (props: ViewProps) => {
  const { plan, view } = props;
  const key = `${plan.key}.${view?.key ?? "all"}`;
  if (!isOther(view?.kind)) return <TableView key={key} {...props} />;
  const View = KINDS[view.kind];
  return (
    <Suspense fallback={<Loading />}>
      <View key={key} {...props} />
    </Suspense>
  );
};
