/** The shapes of the HTTP contract as the browser uses them: the generated ones, and those it makes of them. */

import type { Json, JsonObject, Values } from "../shared/json";
import type { Words } from "../shared/words";
import type * as api from "./schema";

export type { Values } from "../shared/json";
export type {
  ActionPlan,
  AppPlan,
  Branch,
  BulkAnswer,
  Clash,
  FilterGroup,
  FilterItem,
  FormCard,
  Group,
  History,
  HistoryEntry,
  ImportColumn,
  ImportLook,
  ImportSettings,
  ImportState,
  ImportUpload,
  JobState,
  Me,
  MeChange,
  Notice,
  Notices,
  Operations,
  Page,
  PagePlan,
  PageTab,
  PageTabPlan,
  PickOption,
  Query,
  Reason,
  Reasons,
  RecordAnswer,
  RecordData,
  RecordPagePlan,
  Revealed,
  RulePlan,
  SearchHit,
  SectionPlan,
  Timeline,
  TimelineItem,
  Verbs,
  ViewPlan,
  Workbench,
  WorkbenchSection,
  WorkspaceChoice,
} from "./schema";

export type BrandPlan = api.Brand;
export type Labels = api.Page["labels"];
export type Level = api.FieldPlan["level"];
export type ViewKind = api.ViewPlan["kind"];

/** A compiled expression, interpreted by `shared/formula`. */
export type Tree = Json;

/** A problem as it arrives, also from a server in between that knows less of it. */
export type Problem = Pick<api.Problem, "code" | "path" | "message"> & {
  hint?: Words | null;
  params?: JsonObject;
};

/** What went wrong; without an answer only `status` 0. */
export type ProblemBody = Partial<Omit<api.ProblemBody, "problems">> & {
  status: number;
  problems?: Problem[];
};

export type CheckAnswer = Pick<api.CheckAnswer, "computed"> & { problems: Problem[]; computed: Values };

/** A choice as controls show it: of the contract, or written by hand in a field's settings. */
export type Option = Pick<api.Option, "key"> &
  Partial<Omit<api.Option, "key" | "label">> & { label: Words | string; archived?: boolean };

/** A field as `normalise` makes it: settings in one place, system fields with a control like the others. */
export type FieldPlan = Pick<api.FieldPlan, "key" | "control" | "label" | "config" | "level"> &
  Partial<Omit<api.FieldPlan, "key" | "control" | "label" | "config" | "level" | "operators" | "fields">> & {
    /** Operator group of the control: T N D S M B R U F G Q or "-". */
    operators?: string | null;
    /** Of sub-tables: the fields of a row. */
    fields?: FieldPlan[];
  };

/** A form as `normalise` makes it. `title_field`: the column that opens the record. */
export type FormPlan = Omit<api.FormPlan, "fields" | "system" | "page" | "module" | "order" | "verbs" | "icon"> & {
  icon?: string | null;
  title_field?: string | null;
  fields: FieldPlan[];
  system: FieldPlan[];
  page: Partial<api.RecordPagePlan>;
  verbs: Partial<api.Verbs>;
};

export type PublicForm = Omit<api.PublicForm, "plan"> & { plan: FormPlan };

/** A view of one's own: a shipped one, changed. */
export type SavedView = api.ViewPlan & {
  base?: string;
  where?: api.FilterGroup;
  widths?: { [field: string]: number };
  density?: string;
};
