/** The shapes of the HTTP contract (docs/architecture.md, section 8). */

import type { Json, JsonObject, Values } from "../shared/json";
import type { Words } from "../shared/words";

export type { Values } from "../shared/json";

export interface Problem {
  code: string;
  path: string;
  message: Words;
  hint?: Words | null;
  params?: JsonObject;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status: number;
  code?: string;
  problems?: Problem[];
  /** On 409: one entry for each field that both sides changed. */
  clashes?: Clash[];
  revision?: number;
}

export interface Clash {
  field: string;
  yours: Json;
  theirs: Json;
}

/** The clinic's face: a colour family by name, and what it calls itself. */
export interface BrandPlan {
  color?: string | null;
  name?: Words | null;
}

export interface Branch {
  id: string;
  name: string;
  short_name?: string | null;
}

export interface Me {
  user: {
    id: string;
    name: string;
    login: string;
    lang: "zh" | "en";
    theme?: "light" | "dark" | "system" | null;
    roles: { key: string; name: Words }[];
  };
  workspace: { key: string; name: Words | string };
  branches: Branch[];
  branch_id: string | null;
  rights: { [right: string]: Json };
  app: {
    key: string;
    name: Words;
    brand?: BrandPlan | null;
    words?: { [key: string]: Words };
    version?: string | number;
  };
  zone?: string;
}

export interface WorkspaceChoice {
  key: string;
  name: Words | string;
  brand?: BrandPlan | null;
  demo_logins?: { login: string; name: string; role: Words | string; password?: string }[];
}

export interface PageTab {
  key: string;
  name: Words;
  form: string;
  view?: string | null;
}

export interface PagePlan {
  key: string;
  name: Words;
  icon?: string | null;
  order?: number;
  group?: Words | null;
  kind: "workbench" | "views" | "record" | "link";
  tabs?: PageTab[];
  url?: string;
  count?: number | null;
}

export interface Verbs {
  view?: boolean;
  create?: boolean;
  edit?: boolean;
  delete?: boolean;
  import?: boolean;
  export?: boolean;
  bulk_edit?: boolean;
  restore?: boolean;
}

export interface FormCard {
  key: string;
  name: Words;
  icon?: string | null;
  verbs: Verbs;
  title_field?: string | null;
}

export interface AppPlan {
  pages: PagePlan[];
  forms: FormCard[];
  lists?: { [key: string]: Option[] };
}

export interface Option {
  key: string;
  label: Words | string;
  color?: string | null;
  parent?: string | null;
  /** For stages: where it may go, and what must be filled to get there. */
  next?: string[];
  requires?: string[];
  archived?: boolean;
}

/** A compiled expression, interpreted by `shared/formula`. */
export type Tree = Json;

export type Level = "none" | "masked" | "read" | "write";

export interface FieldPlan {
  key: string;
  control: string;
  value_type?: string | null;
  /** Operator group of the control: T N D S M B R U F G Q or "-". */
  operators?: string | null;
  operator_group?: string | null;
  role?: "field" | "virtual" | "layout";
  label: Words;
  help?: Words | null;
  placeholder?: Words | null;
  config: JsonObject;
  level: Level;
  required?: boolean;
  required_if?: Tree;
  visible_if?: Tree;
  read_only?: boolean;
  read_only_if?: Tree;
  default?: Json;
  default_formula?: Tree;
  computed?: Tree;
  mask?: string | null;
  width?: number | null;
  on_hidden?: "keep" | "clear";
  /** Of sub-tables: the fields of a row. */
  fields?: FieldPlan[];
}

export interface RulePlan {
  key: string;
  when?: Tree;
  check?: Tree;
  message?: Words;
  at?: string | null;
  lock?: boolean | string[];
  unlock?: string[];
  set?: { [field: string]: Tree };
}

export interface SectionPlan {
  key: string;
  section: Words;
  columns?: number;
  folded?: boolean;
  visible_if?: Tree;
  items: string[];
}

export type ViewKind = "table" | "kanban" | "calendar" | "gallery" | "tree" | "board";

export interface ViewPlan {
  key: string;
  kind: ViewKind;
  name: Words;
  filter?: Json;
  columns?: string[];
  sort?: string[];
  group?: string | null;
  totals?: { [field: string]: string };
  by?: string | null;
  card?: string[];
  color_if?: { [color: string]: Tree };
  start?: string | null;
  end?: string | null;
  resource?: string | null;
  parent?: string | null;
  image?: string | null;
  /** Of calendars and boards: the field that names an event, the one that colours it, and the first span. */
  title?: string | null;
  color?: string | null;
  scale?: string | null;
}

export interface PageTabPlan {
  key: string;
  kind: "timeline" | "form" | "related" | "fields";
  name?: Words;
  form?: string;
  by?: string;
  of?: string[];
  columns?: string[];
  add?: boolean;
  items?: string[];
}

export interface RecordPagePlan {
  header?: string[];
  banner?: string | null;
  tabs?: PageTabPlan[];
  actions?: ActionPlan[];
}

export interface ActionPlan {
  key: string;
  name: Words;
  icon?: string | null;
  color?: string | null;
  confirm?: Words | boolean | null;
  /** Fields to fill in before. */
  ask?: string[];
  visible_if?: Tree;
  sets?: string[];
  create?: { form: string; values: { [field: string]: Tree } };
}

export interface FormPlan {
  key: string;
  name: Words;
  icon?: string | null;
  title_field?: string | null;
  title?: Tree;
  fields: FieldPlan[];
  system: FieldPlan[];
  rules: RulePlan[];
  layout: SectionPlan[];
  views: ViewPlan[];
  page: RecordPagePlan;
  verbs: Verbs;
}

export interface RecordData {
  id: string;
  no?: string | null;
  revision: number;
  _can?: { edit?: boolean; delete?: boolean };
  _masked?: string[];
  readonly [field: string]: Json | undefined;
}

export type Labels = { readonly [form: string]: { readonly [id: string]: string } };

export interface FilterItem {
  field: string;
  op: string;
  value?: Json;
}

export interface FilterGroup {
  op: "and" | "or";
  items: (FilterItem | FilterGroup)[];
}

export interface Query {
  view?: string;
  filter?: FilterGroup;
  formula?: string;
  search?: string;
  sort?: string[];
  limit?: number;
  cursor?: string | null;
  fields?: string[];
  deleted?: boolean;
  count?: boolean;
}

export interface Page {
  records: RecordData[];
  labels: Labels;
  cursor: string | null;
  count?: { value: number; exact: boolean };
}

export interface Group {
  value: Json;
  label: string;
  count: number;
  totals?: { [field: string]: Json };
}

export interface RecordAnswer {
  record: RecordData;
  labels: Labels;
  can: { edit?: boolean; delete?: boolean; reveal?: boolean; restore?: boolean };
  masked: string[];
  title: string;
}

export interface CheckAnswer {
  problems: Problem[];
  computed: Values;
}

export interface HistoryEntry {
  id?: string;
  at: string;
  by: string | null;
  by_name?: string | null;
  cause?: string | null;
  verb?: string;
  changes: { field: string; old: Json; new: Json }[];
}

export interface TimelineItem {
  id: string;
  form: string;
  at: string;
  title: string;
  detail?: string | null;
  icon?: string | null;
  by?: string | null;
  by_name?: string | null;
  verb?: string;
}

export interface Reason {
  allows?: boolean;
  verb?: string;
  role?: string;
  message?: Words;
  zh?: string;
  en?: string;
}

export interface BulkAnswer {
  batch: string;
  updated: number;
  failed: { id: string; problems: Problem[] }[];
}

export interface SearchHit {
  form: string;
  id: string;
  title: string;
  detail?: string | null;
  matched?: string | null;
}

export interface ImportColumn {
  index: number;
  header: string;
  samples: string[];
  field: string | null;
  why?: Words | string | null;
}

export interface ImportUpload {
  id: string;
  sheets: { name: string; rows: number }[];
  sheet?: string;
  header_row: number;
  columns: ImportColumn[];
  layout_key?: string;
}

export interface ImportSettings {
  sheet?: string;
  header_row: number;
  map: { [column: string]: string | null };
  policy: "skip" | "update" | "create";
  branch_id?: string | null;
}

export interface ImportState {
  id: string;
  state: "uploaded" | "checking" | "checked" | "running" | "done" | "failed" | "undone";
  progress?: { done: number; total: number } | null;
  counts?: { [what: string]: number } | null;
  rows?: { row: number; state?: string; problems: Problem[]; values?: JsonObject }[];
  problems?: Problem[];
}

export interface JobState {
  state: string;
  done?: number | null;
  total?: number | null;
  result?: JsonObject | null;
}

export interface Notice {
  id: string;
  at: string;
  kind?: string;
  form?: string | null;
  record_id?: string | null;
  body: JsonObject;
  read: boolean;
}

export interface WorkbenchSection {
  key: string;
  name: Words;
  form: string;
  columns: string[];
  records: RecordData[];
  labels: Labels;
  count: number;
}

export interface Workbench {
  sections: WorkbenchSection[];
  numbers: { key: string; name: Words; value: Json; format?: string; trend?: number | null }[];
}

export interface SavedView extends ViewPlan {
  base?: string;
  where?: FilterGroup;
  widths?: { [field: string]: number };
  density?: string;
}

export interface PublicForm {
  plan: FormPlan;
  workspace: { key: string; name: Words | string; brand?: BrandPlan | null };
  title?: Words;
  intro?: Words | null;
  thanks?: Words | null;
}
