/** The shapes of the HTTP contract as the browser uses them: the generated ones, and those it makes of them. */

import type { Json, JsonObject, Values } from "../shared/json";
import type { Words } from "../shared/words";
import type * as api from "./schema";

export type { Values } from "../shared/json";
export type {
  ActionPlan,
  Branch,
  BulkAnswer,
  BulkJob,
  Clash,
  FilterGroup,
  FilterItem,
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
  Timeline,
  TimelineItem,
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

/** `T` of which only `Key` must be there: what the browser builds itself need not say everything. */
type Only<T, Key extends keyof T> = Pick<T, Key> & Partial<Omit<T, Key>>;

export type Verbs = Partial<api.Verbs>;
export type FormCard = Only<Omit<api.FormCard, "verbs">, "key" | "name"> & { verbs: Verbs };
export type AppPlan = Only<Omit<api.AppPlan, "forms">, "pages"> & { forms: FormCard[] };
export type RulePlan = Only<api.RulePlan, "key">;
export type SectionPlan = Only<api.SectionPlan, "key" | "section" | "items">;
export type SearchHit = Only<api.SearchHit, "form" | "id" | "title">;

/** A view, shipped or as somebody arranged it. */
export type ViewPlan = Omit<api.ViewPlan, "group" | "totals"> & {
  group?: string | null;
  totals?: { [field: string]: string };
};

/** A choice as controls show it: of the contract, or written by hand in a field's settings. */
export type Option = Only<Omit<api.Option, "label" | "color" | "parent">, "key"> & {
  label: Words | string;
  color?: string | null;
  parent?: string | null;
  archived?: boolean;
};

/** A field as `normalise` makes it: settings in one place, system fields with a control like the others. */
export type FieldPlan = Only<
  Omit<api.FieldPlan, "operators" | "fields">,
  "key" | "control" | "label" | "config" | "level"
> & {
  /** Operator group of the control: T N D S M B R U F G Q or "-". */
  operators?: string | null;
  /** Of sub-tables: the fields of a row. */
  fields?: FieldPlan[];
};

/** A form as `normalise` makes it. `title_field`: the column that opens the record. */
export type FormPlan = Pick<api.FormPlan, "key" | "name"> &
  Partial<Pick<api.FormPlan, "icon" | "title" | "public" | "splits" | "pools">> & {
    title_field?: string | null;
    fields: FieldPlan[];
    system: FieldPlan[];
    rules: RulePlan[];
    layout: SectionPlan[];
    views: ViewPlan[];
    page: Partial<api.RecordPagePlan>;
    verbs: Verbs;
  };

export type PublicLink = api.PublicLink;
export type PublicLinks = api.PublicLinks;
export type PublicForm = Omit<api.PublicForm, "plan"> & { plan: FormPlan };

/** A view of one's own: a shipped one, changed. */
export type SavedView = ViewPlan & {
  base?: string;
  where?: api.FilterGroup;
  /** What a chart narrowed it to; said in words above the list, and not to be taken off. */
  formula?: string;
  within?: api.FilterGroup;
  widths?: { [field: string]: number };
  density?: string;
};
