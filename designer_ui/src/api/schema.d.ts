/** The HTTP contract as types. Written by `make types` from docs/openapi.json; never edited. */

import type { Json, JsonObject } from "../shared/json";

/** Something done with a task. `key`: the same press twice is done once. */
export type Act = {
  comment?: string | null;
  key?: string;
  round?: number | null;
  values?: JsonObject;
};

/** How the instance stands now. */
export type ActAnswer = {
  instance_id: string;
  outcome: string | null;
  status: string;
  tasks: OpenTask[];
};

/** The same done with many tasks. */
export type ActMany = {
  action: string;
  comment?: string | null;
  items: TaskPlace[];
  key: string;
  values?: JsonObject;
};

/** The record that a button creates. */
export type ActionCreate = {
  form: string;
  values: JsonObject;
};

/** A button of a record's page: fields it asks for, fields it sets, the record it creates. */
export type ActionPlan = {
  ask?: string[];
  color?: string;
  confirm?: Words;
  create?: ActionCreate;
  flow?: string;
  icon?: string;
  key: string;
  name: Words;
  print?: boolean;
  sets: string[];
  visible_if?: Json;
};

/** Somebody added who may be removed. */
export type AddedTask = {
  task_id: number;
  who: string | null;
};

/** What a choice or a timer leads to. `people` who get it then; `next` is null where it hangs on what people write. */
export type AheadLine = {
  at: string | null;
  label: Words | null;
  next: NextStep[] | null;
  people: string[];
};

/** What happens next at a place where an instance stands. */
export type AheadPlace = {
  name: Words;
  node: string;
  timers: AheadLine[];
  token_id: number;
  ways: AheadLine[];
};

/** `group`: which of those that are off; None for all. */
export type AlertAcknowledge = {
  group?: string | null;
  note?: string;
  until?: string | null;
};

/** A group that is off. `is_open`: I was told of it; `times`: looks in a row; `again_at`: when I would be told again. */
export type AlertGroup = {
  again_at: string | null;
  is_open: boolean;
  key: string;
  known: AlertKnown | null;
  since: string | null;
  text: string;
  times: number;
  told_at: string | null;
};

/** Who said that it is known; not told again `until` then, or until it was well again. */
export type AlertKnown = {
  at: string;
  by: string;
  by_name: string;
  note: string;
  until: string | null;
};

/** How a rule stands with me. `open`: groups that I was told of and that are off still, in words.

`tells_me`: I am one of its recipients; `is_seen`: I may open the rule itself and try it, and see its `people`. */
export type AlertLine = {
  checked_at: string | null;
  condition: Words;
  groups: AlertGroup[];
  is_seen: boolean;
  link: AlertLink | null;
  metric: string;
  name: Words;
  next_at: string;
  open: string[];
  people: string[];
  problem: Problem | null;
  rule: string;
  tells_me: boolean;
};

/** Where a rule's number stands. */
export type AlertLink = {
  key: string;
  kind: "reports" | "dashboards";
};

/** `told`: of the last 30 days, the newest first. */
export type AlertList = {
  alerts: AlertLine[];
  told: AlertSaid[];
};

/** One look that told people, or somebody who said that it is known, or no longer. `lines`: what I was told; others' numbers are theirs alone. */
export type AlertSaid = {
  at: string;
  by_name?: string;
  kind: "told" | "over" | "known" | "unknown";
  lines: string[];
  name: Words;
  note?: string;
  people: string[];
  rule: string;
  until?: string | null;
};

/** What a rule says to me now, without telling anybody. `too_few`: groups about which nothing can be said. */
export type AlertTold = {
  lines: string[];
  looked_at: number;
  problem: Problem | null;
  too_few: number;
};

export type AlertUnacknowledge = {
  group?: string | null;
};

/** The app this clinic runs. `words` are its own names of things, by the key of a form. */
export type AppFace = {
  brand: Brand | null;
  key: string;
  name: Words;
  version: string;
  words: { [key: string]: Words };
};

/** Menu, forms and shared choices, as I may see them. */
export type AppPlan = {
  forms: FormCard[];
  lists: { [key: string]: OptionList };
  pages: PagePlan[];
};

/** `fiscal_year`: the month in which the clinic's own year starts; `default_fiscal_year`: what the app says. */
export type AppSettings = {
  changed: LastChange | null;
  default_fiscal_year: number;
  fiscal_year: number;
  may_change: boolean;
  version: number;
};

/** `version`: of the settings that were looked at; a change since then is a conflict. */
export type AppSettingsChange = {
  fiscal_year: number;
  version?: number | null;
};

/** What a list has to ask to show exactly the records behind a number: `formula` or `filter`.

`rows`: how many lines of these records are counted, where lines of a sub-table are. `also`: records of its other parts. */
export type Behind = {
  also?: BehindToo[];
  count: number;
  filter?: Json;
  form: string;
  formula?: string;
  rows?: number;
  words: Words;
};

/** Records of another part of a number: `words` is what the part is called. */
export type BehindToo = {
  count: number;
  filter?: Json;
  form: string;
  formula?: string;
  rows?: number;
  words: Words;
};

export type BoardAnswer = {
  cells: CellAnswer[];
};

export type BoardAsk = {
  cells: CellQuestion[];
};

/** A site I work at. */
export type Branch = {
  id: string;
  name: string;
  short_name: string | null;
};

/** The clinic's face: a colour family by name, and what it calls itself. */
export type Brand = {
  color?: string;
  name?: Words;
};

/** What a bulk edit did; `batch` undoes it. */
export type BulkAnswer = {
  batch: string;
  failed: BulkFailure[];
  updated: number;
};

/** Which records to change (ids, or a filter), and how: `values` as they shall be, `add` and `remove` for fields of several. */
export type BulkChange = {
  add?: { [key: string]: string[] };
  filter?: FilterGroup;
  formula?: string;
  ids?: string[];
  remove?: { [key: string]: string[] };
  search?: string;
  values?: JsonObject;
  view?: string;
};

/** A record that stayed as it was, and why. */
export type BulkFailure = {
  id: string;
  problems: Problem[];
};

/** A bulk edit that goes on in the background; see GET /api/bulk-edits/{job}. */
export type BulkJob = {
  batch: string;
  job: string;
  total: number;
};

export type BulkRecord = {
  id: string;
  title: string;
};

/** Records that stayed as they were for the same reason; `records` names the first of them. */
export type BulkRefusal = {
  count: number;
  problems: Problem[];
  records: BulkRecord[];
};

/** How far a bulk edit of mine is; `batch` undoes it. */
export type BulkState = {
  batch: string;
  done: number;
  form: string;
  name: Words;
  refused: BulkRefusal[];
  state: string;
  total: number;
  updated: number;
};

/** A calculated dimension in words. */
export type Calculated = {
  formula: Words;
  name: Words;
};

/** What I may do with one record. */
export type Can = {
  delete?: boolean;
  edit?: boolean;
};

/** Somebody who may be chosen. */
export type Candidate = {
  id: string;
  name: string;
};

/** A figure (`report_engine/charts`), or what is wrong with this chart alone. `period`: the time it is about, in words.

`beside`: where what the reader chose to compare with changes nothing, what it stands beside all the same. */
export type CellAnswer = {
  as_of?: string | null;
  beside?: "own" | "nothing";
  cell?: string;
  deeper?: Deeper[];
  figure?: Json;
  opens?: boolean;
  period?: Words | null;
  problem?: Problem;
  problems?: Problem[];
  row_count?: number;
  words?: { [key: string]: { [key: string]: string } };
};

/** A chart's place on 24 columns. A cell without a report shows its `text`; `metric`: what a card is about, for alerts. */
export type CellPart = {
  aloof?: boolean;
  chart: string;
  click?: string;
  h: number;
  key: string;
  metric?: string;
  note?: Words;
  panel?: "alerts";
  report?: string;
  text?: Words;
  title: Words;
  w: number;
  x: number;
  y: number;
};

/** What one chart is asked: shared filters, what other charts were narrowed to, the steps drilled.

`veiled`: for a wall that everybody reads, without anybody's name. */
export type CellQuestion = {
  cell?: string;
  filters?: JsonObject;
  narrowed?: JsonObject;
  path?: DrillStep[];
  veiled?: boolean;
};

/** Fields to change, and the revision they were read at, so that nobody's edit is lost. */
export type Change = {
  revision?: number | null;
  values: JsonObject;
};

/** What saving would say. */
export type CheckAnswer = {
  computed: JsonObject;
  hidden: string[];
  problems: Problem[];
};

/** A later step whose people are named here. */
export type ChoosePart = {
  label: Words;
  least: number;
  node: string;
};

/** A field that two people changed at the same time. */
export type Clash = {
  field: string;
  theirs: Json;
  yours: Json;
};

/** So many messages of a class in so many days. */
export type ContactCap = {
  days: number;
  kind: string;
  most: number;
};

/** A way to reach somebody. */
export type ContactChannel = {
  channel: string;
  has_consent: boolean;
  is_preferred: boolean;
  is_reachable: boolean;
};

/** A form that holds people. */
export type ContactForms = {
  form: string;
  name: Words;
};

/** A matter that holds messages back, and which classes. */
export type ContactHold = {
  key: string;
  name: Words;
  stops: string[];
};

/** The same as a rule: open records of a form. */
export type ContactHoldRule = {
  form: string;
  form_name: Words;
  key: string;
  name: Words;
  stops: string[];
};

/** A message that went, or waits. */
export type ContactLine = {
  at: string;
  channel: string;
  kind: string;
  message: Words | null;
  state: string;
};

/** Whether a message of a class might go now. */
export type ContactMay = {
  answer: "go" | "later" | "never";
  at: string | null;
  channel: string | null;
  kind: string;
  reason: string | null;
  why: Words | null;
};

/** What the gate says of one person now. */
export type ContactPerson = {
  caps: ContactUsed[];
  channels: ContactChannel[];
  form: string;
  has_opted_out: boolean;
  held: HeldMessage[];
  holds: ContactHold[];
  is_closed: boolean;
  is_deceased: boolean;
  is_quiet: boolean;
  lines: ContactLine[];
  may: ContactMay[];
  name: string;
  record_id: string;
};

/** The rules of the house for writing to people. */
export type ContactPolicy = {
  apart_hours: number;
  caps: ContactCap[];
  forms: ContactForms[];
  holds: ContactHoldRule[];
  journeys: JourneyCap[];
  keep_days: number;
  quiet_from: string;
  quiet_to: string;
  spread_minutes: number;
};

/** How much of a cap is used. */
export type ContactUsed = {
  days: number;
  kind: string;
  most: number;
  used: number;
};

/** How many; not exact beyond what is worth counting. */
export type Count = {
  exact: boolean;
  value: number;
};

/** Follow-up rules: what should exist and what does. */
export type Coverage = {
  rules: JsonObject[];
};

/** A dashboard as I see it. `level`: how widely: the group, my branch, myself. */
export type Dashboard = {
  cells: CellPart[];
  filters: FilterPart[];
  key: string;
  level: "group" | "branch" | "personal";
  levels: string[];
  name: Words;
};

/** A dashboard that I may open. */
export type DashboardLine = {
  icon: string | null;
  key: string;
  levels: string[];
  module: string | null;
  name: Words;
};

export type DashboardList = {
  dashboards: DashboardLine[];
};

export type Deeper = {
  key: string;
  name: Words;
};

/** An account of a practice clinic, to sign in with one press. */
export type DemoLogin = {
  login: string;
  name: string;
  password: string;
  role: Words;
};

export type DrillStep = {
  by: string;
  dims: JsonObject;
};

/** What a number means. `change`: a waterfall that splits its change exactly, where there is one. */
export type Explained = {
  as_of: string;
  change: Json;
  dimensions: Calculated[];
  filters: Words[];
  formula: Words;
  hints: Words[];
  name: Words;
  parts: Told[];
  rows: number | null;
  value: string;
};

/** Which records, which columns, which kind of file. */
export type ExportAsk = {
  columns?: string[];
  count?: boolean;
  cursor?: string | null;
  deleted?: boolean;
  fields?: string[];
  filter?: FilterGroup;
  format?: "xlsx" | "csv";
  formula?: string;
  ids?: string[];
  ids_beside?: boolean;
  limit?: number;
  related?: string;
  search?: string;
  sort?: string[];
  view?: string;
};

/** A field before and after. */
export type FieldChange = {
  field: string;
  new: Json;
  old: Json;
};

/** A field. What only its control knows stands in `config`; formulas are trees. */
export type FieldPlan = {
  column_width?: number;
  computed?: Json;
  config: JsonObject;
  control: string;
  default?: Json;
  default_formula?: Json;
  /** Of a sub-table: its columns */
  fields?: FieldPlan[];
  help?: Words;
  key: string;
  label: Words;
  level: "none" | "masked" | "read" | "write";
  mask?: string;
  on_hidden?: "keep" | "clear";
  operator_group: string;
  /** Filter operators; empty for columns of a sub-table */
  operators: string[];
  /** Columns in the order they are computed */
  order?: string[];
  placeholder?: Words;
  print?: boolean;
  read_only: boolean;
  read_only_if?: Json;
  required: boolean;
  required_if?: Json;
  role: "field" | "computed" | "virtual" | "layout";
  scale?: number;
  search?: string;
  stored?: boolean;
  /** Of a link: the form it points at */
  to?: string;
  value_type: string | null;
  visible_if?: Json;
  width?: number;
};

/** A file, as a field holds it. */
export type FileRef = {
  id: string;
  mime: string;
  name: string;
  size: number;
};

/** Conditions that must all hold, or one of them. */
export type FilterGroup = {
  items: (FilterItem | FilterGroup)[];
  op: "and" | "or";
};

/** One condition. The value depends on the operator; see docs/architecture.md. */
export type FilterItem = {
  field: string;
  op: string;
  value?: Json;
};

export type FilterOption = {
  name: Words;
  value: string;
};

/** A filter that all charts share. A period takes one of its phrases or `{from, to}`; a choice values.

A compare takes one of its options or the days `2025-01-01..2025-01-31`: what charts stand beside then. */
export type FilterPart = {
  default?: Json;
  key: string;
  kind: "period" | "choice" | "compare";
  name: Words;
  options: FilterOption[];
  role: string;
};

/** A flow that can be started by hand. */
export type FlowButton = {
  ask: JsonObject[];
  flow: string;
  name: Words;
  trigger: string;
};

/** A flow, and how many run. */
export type FlowItem = {
  counts: { [key: string]: number };
  form: string | null;
  key: string;
  name: Words;
  problems: Problem[];
  triggers: JsonObject[];
  version: number;
};

/** A form I may use. */
export type FormCard = {
  icon: string | null;
  key: string;
  name: Words;
  verbs: Verbs;
};

/** A form as I may see it: hidden fields are absent, and so is all that names them. */
export type FormPlan = {
  fields: FieldPlan[];
  icon: string | null;
  key: string;
  layout: SectionPlan[];
  module: string | null;
  name: Words;
  /** Fields in the order they are computed */
  order: string[];
  page: RecordPagePlan;
  pools: PoolPlan[];
  public: LinkPlan | null;
  rules: RulePlan[];
  /** Its records are targets that I may deal out */
  splits: boolean;
  system: SystemField[];
  title: Json;
  verbs: Verbs;
  views: ViewPlan[];
};

/** What is due and has not happened. */
export type Gaps = {
  gaps: JsonObject[];
  titles: { [key: string]: string };
};

/** A flow as nodes and edges. An edge: `{key, from, to, label, is_body?, is_boundary?}`. */
export type Graph = {
  edges: JsonObject[];
  nodes: GraphNode[];
  start: string;
};

/** A node on the canvas. */
export type GraphNode = {
  group: string;
  key: string;
  kind: string;
  kind_name: Words;
  line: Words | null;
  name: Words;
  region: string | null;
};

/** A value with its number of records. */
export type Group = {
  count: number;
  label: Words | string | null;
  totals: JsonObject;
  value: Json;
};

/** Groups by a field, with totals of others. */
export type GroupQuery = {
  by?: string;
  count?: boolean;
  cursor?: string | null;
  deleted?: boolean;
  fields?: string[];
  filter?: FilterGroup;
  formula?: string;
  ids?: string[];
  limit?: number;
  related?: string;
  search?: string;
  sort?: string[];
  totals?: { [key: string]: "count" | "count_distinct" | "sum" | "avg" | "min" | "max" };
  view?: string;
};

/** The groups of a list. */
export type Groups = {
  groups: Group[];
};

/** What is handed over by whom to whom. */
export type Handover = {
  comment?: string | null;
  from_user: string;
  key?: string;
  records?: boolean;
  to: string[];
};

/** What moved. */
export type HandoverDone = {
  failed: JsonObject[];
  id: string;
  moved: number;
  records: JsonObject[];
};

/** What would move. */
export type HandoverPreview = {
  labels: { [key: string]: { [key: string]: string } };
  records: JsonObject[];
  tasks: JsonObject[];
};

/** What went back, and what others had done meanwhile. */
export type HandoverUndone = {
  kept: number;
  undone: number;
};

/** The last hand-overs. */
export type Handovers = {
  handovers: JsonObject[];
  labels: { [key: string]: { [key: string]: string } };
};

/** What flows did while the clock was put forward: how many began, tasks made, messages written. */
export type Happened = {
  flows: number;
  messages: number;
  tasks: number;
};

/** The server is up. */
export type Health = {
  status: "ok";
};

/** What the gate held back lately. */
export type HeldBack = {
  days: number;
  held: HeldMessage[];
  more: boolean;
  reasons: HeldReason[];
};

/** A message that did not go, or not yet. */
export type HeldMessage = {
  at: string;
  channel: string | null;
  due_at: string | null;
  form: string | null;
  key: string;
  kind: string;
  message: Words | null;
  name: string | null;
  reason: string;
  record_id: string;
  state: "dropped" | "waiting";
  why: Words;
};

/** How many did not go for a reason, and how many of them still wait. */
export type HeldReason = {
  dropped: number;
  reason: string;
  waiting: number;
  words: Words;
};

/** The changes of a record, newest first; `labels` names what the values point at. */
export type History = {
  entries: HistoryEntry[];
  labels: { [key: string]: { [key: string]: string } };
};

/** A change of a record: who, when, why, what. */
export type HistoryEntry = {
  at: string;
  batch: string | null;
  by: string | null;
  by_name: string | null;
  cause: string;
  changes: FieldChange[];
  id: string;
  kind: "create" | "update" | "delete" | "restore";
  revision: number;
};

/** One line of an instance's history. */
export type HistoryLine = {
  action: string | null;
  at: string;
  by: string | null;
  comment: string | null;
  kind: string;
  node: string | null;
  seq: number;
  text: Words;
  token: number | null;
};

/** A column, what it holds, and the field it was taken for. */
export type ImportColumn = {
  field: string | null;
  header: string;
  index: number;
  samples: string[];
  /** What gave it away */
  why: "header" | "like_header" | "content" | "remembered" | "";
};

/** A sheet's columns, guessed. `header_row` counts from 0; null: there is none. */
export type ImportLook = {
  columns: ImportColumn[];
  header_row: number | null;
  layout_key: string;
};

/** Another sheet or header row. */
export type ImportLookAsk = {
  header_row?: number | null;
  sheet?: string | null;
};

/** A row with something to say. `row` counts from 1, as the sheet shows it. */
export type ImportRow = {
  outcome: "created" | "merged" | "skipped" | "rejected";
  problems: Problem[];
  record_id: string | null;
  row: number;
};

/** What was decided: columns with their fields, and what to do where a record exists already. */
export type ImportSettings = {
  defaults?: JsonObject;
  header_row?: number | null;
  /** Number of the column, from 0 → field */
  map: { [key: string]: string | null };
  match?: string[][];
  policy?: "skip" | "fill" | "overwrite" | "touch";
  sheet?: string | null;
};

/** A sheet of the file. */
export type ImportSheet = {
  name: string;
  rows: number;
};

/** The job of an import or of its dry run. */
export type ImportStarted = {
  id: string;
  job: string;
};

/** How far an import is, and what it says of its rows. */
export type ImportState = {
  batch: string | null;
  /** It gave up halfway: `run` without settings goes on */
  can_resume: boolean;
  can_undo: boolean;
  counts: { [key: string]: number };
  done: number;
  file_name: string;
  form: string;
  id: string;
  job: string | null;
  rows: ImportRow[];
  state: "new" | "checking" | "checked" | "running" | "done" | "failed" | "undone";
  total: number;
};

/** What a column may feed. `extra`: not a field, but worked into one. */
export type ImportTarget = {
  extra: boolean;
  key: string;
  label: Words;
  required: boolean;
};

/** An uploaded file, ready to be mapped. `match`: fields that find an existing record. */
export type ImportUpload = {
  columns: ImportColumn[];
  header_row: number | null;
  id: string;
  layout_key: string;
  match: string[][];
  policies: ("skip" | "fill" | "overwrite" | "touch")[];
  remembered: boolean;
  sheet: string;
  sheets: ImportSheet[];
  targets: ImportTarget[];
};

/** What could not go on. `count`: of all pages. */
export type Incidents = {
  count: number;
  incidents: JsonObject[];
  more: boolean;
};

/** One line about an instance. */
export type InstanceItem = {
  branch_id?: string | null;
  ended_at: string | null;
  flow: string;
  flow_name: Words;
  form: string | null;
  instance_id: string;
  mine?: TaskItem[];
  outcome: string | null;
  record_id: string | null;
  started_at: string;
  started_by: string | null;
  status: string;
  title: string;
  version: number;
  waits_for: WaitsFor[];
};

/** A page of instances. */
export type InstanceList = {
  instances: InstanceItem[];
  labels: { [key: string]: { [key: string]: string } };
  more: boolean;
};

/** An instance on its canvas. */
export type InstancePage = {
  actions: string[];
  ahead: AheadPlace[];
  graph: Graph;
  history: HistoryLine[];
  incidents: JsonObject[];
  instance: InstanceItem;
  labels: { [key: string]: { [key: string]: string } };
  record: { [key: string]: string } | null;
  tasks: JsonObject[];
  timers: JsonObject[];
  tokens: JsonObject[];
  waiting: JsonObject[];
};

/** The background job that does it. */
export type JobStarted = {
  job: string;
};

/** How far a job is. */
export type JobState = {
  done: number | null;
  result: Json;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  total: number | null;
};

/** A journey in force. `states`: enrolments by state; `reasons`: why those that are over ended; `goal`: null without one. */
export type Journey = {
  again: "never" | "after_end" | "always";
  control_again: "same" | "drawn";
  form_name: Words;
  gap: Words | null;
  goal: JourneyGoal | null;
  key: string;
  leaves: boolean;
  most: number | null;
  name: Words;
  percent: number;
  reasons: { [key: string]: number };
  segment: Words;
  states: { [key: string]: number };
};

/** A journey's own cap. */
export type JourneyCap = {
  days: number;
  flow: string;
  most: number;
  name: Words;
};

/** By how much the journey's share is above that of the control group, between what it lies 95 times in 100. */
export type JourneyEffect = {
  high: number;
  is_sure: boolean;
  low: number;
  points: number;
};

/** `counts`: `members` of the segment, who `would_enter`, who would be `control`, and why others stay out. */
export type JourneyEstimate = {
  counts: { [key: string]: number };
};

/** The goal in both groups. `effect`: null while a group is empty. */
export type JourneyGoal = {
  control: JourneyGroup;
  effect: JourneyEffect | null;
  journey: JourneyGroup;
};

/** People of one group, and how many of them reached the goal. */
export type JourneyGroup = {
  people: number;
  reached: number;
  share: number | null;
};

/** All journeys in force. */
export type Journeys = {
  journeys: Journey[];
};

/** A record that an undo left alone. */
export type Kept = {
  form: string;
  id: string;
  why: Words;
};

/** Who changed them last, and when. */
export type LastChange = {
  at: string;
  by_name: string;
};

/** The form has a form by link, and I may make links to it. `link`: fields that I fill in for a link. */
export type LinkPlan = {
  link: string[];
};

/** A step of a checklist. */
export type ListItem = {
  help?: Words;
  key: string;
  label: Words;
  required?: boolean;
};

/** What became of each. */
export type ManyAnswer = {
  results: ManyResult[];
};

/** What became of one of them. */
export type ManyResult = {
  instance_id: string;
  ok: boolean;
  problems: Problem[];
  task_id: number;
};

/** The person signed in, where they are and what they may do.

`rights` are those beside forms: export, reveal … `ahead_s`: how far a practice clinic's clock was put forward. */
export type Me = {
  ahead_s: number;
  app: AppFace;
  branch_id: string | null;
  branches: Branch[];
  rights: JsonObject;
  user: User;
  workspace: Workspace;
  zone: string;
};

/** Settings of mine to change. */
export type MeChange = {
  branch_id?: string | null;
  lang?: "zh" | "en";
  theme?: "light" | "dark" | "system";
};

export type MemberLeftOut = {
  key: string;
  name: string;
};

/** What is wrong with it. */
export type MessageChecked = {
  problems: Problem[];
};

/** A name that a text may use. `is_secret`: only through the filter `sensitive`. */
export type MessageField = {
  is_secret: boolean;
  kind: string;
  label: Words;
  path: string;
};

/** A filter of texts. */
export type MessageFilter = {
  key: string;
  label: Words;
};

/** What the picker offers. */
export type MessageNames = {
  fields: MessageField[];
  filters: MessageFilter[];
};

/** A text about records of a form. */
export type MessageText = {
  form: string;
  text: string;
};

/** What comes next: a task for people, a wait, or the end. */
export type NextStep = {
  due_at?: string | null;
  is_same?: boolean;
  kind: string;
  mode?: string;
  name?: Words;
  node?: string;
  outcome?: string | null;
  people?: string[];
  task_kind?: string;
};

/** What somebody wrote beside a chart. */
export type Note = {
  at: string;
  by: string;
  by_name: string;
  cell: string;
  id: string;
  is_mine: boolean;
  text: string;
};

export type NoteList = {
  notes: Note[];
};

export type NoteMade = {
  id: string;
};

export type NoteText = {
  cell: string;
  text: string;
};

/** A line in my drawer; `body` has a `title` in words. */
export type Notice = {
  at: string;
  body: JsonObject;
  form: string | null;
  id: string;
  kind: string;
  read: boolean;
  record_id: string | null;
};

/** My drawer, newest first. */
export type Notices = {
  cursor: string | null;
  items: Notice[];
  unread: number;
};

/** Notifications I have read; all of them without ids. */
export type NoticesRead = {
  ids?: string[] | null;
};

/** How many occasions were left out, and why. */
export type OccasionsLeftOut = {
  count: number;
  words: Words;
};

/** What reports can be made of. */
export type Offered = {
  charts: OfferedKind[];
  facts: OfferedFact[];
  kinds: OfferedKind[];
  metrics: OfferedMeasure[];
};

export type OfferedDimension = {
  key: string;
  name: Words;
  to: string | null;
  type: string;
};

export type OfferedFact = {
  date: string;
  dimensions: OfferedDimension[];
  form: string;
  key: string;
  measures: OfferedMeasure[];
  name: Words;
  roles: OfferedRole[];
};

export type OfferedKind = {
  key: string;
  name: Words;
};

export type OfferedMeasure = {
  format: string | null;
  good?: string | null;
  key: string;
  name: Words;
  synonyms: string[];
};

export type OfferedRole = {
  key: string;
  path: string;
};

/** A task that is open now. */
export type OpenTask = {
  assignee: string | null;
  kind: string;
  node: string;
  task_id: number;
  title: string;
};

/** A choice. Stages say where they lead (`next`) and what must be filled to get there (`requires`). */
export type Option = {
  color?: string;
  group?: string;
  hidden?: boolean;
  icon?: string;
  image?: string;
  key: string;
  label: Words;
  next?: string[];
  parent?: string;
  requires?: string[];
  score?: number;
};

/** A named list of choices that several fields share. */
export type OptionList = {
  key: string;
  module?: string;
  name: Words;
  options: Option[];
};

/** Messages as they were or would be sent. */
export type Outbox = {
  calls: JsonObject[];
  counts: { [key: string]: number };
  messages: JsonObject[];
  more: boolean;
};

/** One page of records; `cursor` asks for the next. */
export type Page = {
  count?: Count;
  cursor: string | null;
  labels: { [key: string]: { [key: string]: string } };
  records: RecordData[];
};

/** A list of a workbench; GET /api/workbench fills it. */
export type PageList = {
  add?: boolean;
  columns?: string[];
  filter?: string;
  form: string;
  key: string;
  limit?: number;
  name?: Words;
  roles?: string[];
  sort?: string[];
};

/** A number of a workbench; GET /api/workbench fills it. */
export type PageNumber = {
  aggregate?: "count" | "count_distinct" | "sum" | "avg" | "min" | "max";
  field?: string;
  filter?: string;
  form: string;
  key: string;
  name: Words;
  roles?: string[];
};

/** An entry of the menu, with the tabs I may open. */
export type PagePlan = {
  dashboard?: string;
  form?: string;
  group?: Words;
  icon?: string;
  key: string;
  kind: "workbench" | "views" | "record" | "link" | "dashboard";
  module?: string;
  name: Words;
  numbers?: PageNumber[];
  order?: number;
  roles?: string[];
  tabs?: PageTab[];
  today?: PageList[];
  url?: string;
};

/** A tab of a page: one view of one form. */
export type PageTab = {
  form: string;
  icon?: string;
  key: string;
  name: Words;
  roles?: string[];
  view?: string;
};

/** A tab of a record's page. */
export type PageTabPlan = {
  add?: boolean;
  by?: string | null;
  columns?: string[];
  form?: string;
  items?: string[];
  key: string;
  kind: "timeline" | "form" | "related" | "fields";
  name?: Words;
  of?: string[];
  sort?: string[];
  visible_if?: Json;
};

export type PartAmount = {
  amount: string;
  key: string;
};

/** The old password and the new one. */
export type PasswordChange = {
  new: string;
  old: string;
};

/** What is typed, and what is filled in so far. */
export type PickAsk = {
  q?: string;
  values?: JsonObject;
};

/** A record or person to choose. In a tree `depth` says how deep it stands; `disabled`: only what is below it. */
export type PickOption = {
  depth?: number;
  detail: string;
  disabled?: boolean;
  id: string;
  label: string;
};

/** A point of a chart: its question, the dimensions' values beside it, the measure (or a column derived of it). */
export type PointAsk = {
  dims?: JsonObject;
  measure?: string | null;
  question: CellQuestion;
};

/** Which records to take; the next one when none is named. */
export type PoolClaim = {
  record_ids?: string[];
};

/** A record that can be taken. */
export type PoolItem = {
  id: string;
  label: string;
};

/** What is in a pool; how many I hold of `most`, and have taken today of `daily`. */
export type PoolItems = {
  daily: number | null;
  form: string;
  held: number;
  items: PoolItem[];
  most: number | null;
  taken: number;
};

/** A pool from which I may take records: those without `owner` that have the values of `marks`. `view`: where it is shown. */
export type PoolPlan = {
  key: string;
  marks: JsonObject;
  name: Words;
  owner: string;
  view: string | null;
};

/** A record that could not be taken, and why. */
export type PoolRefused = {
  problems: Problem[];
  record_id: string;
};

/** A record to put back, and why. */
export type PoolRelease = {
  reason?: string;
  record_id: string;
};

/** The records that are mine now, and why others are not. */
export type PoolTaken = {
  failed: PoolRefused[];
  taken: string[];
};

/** Whether this is a practice clinic; there how late it is, and by how many hours its clock was put forward. */
export type PracticeClock = {
  ahead_hours?: number;
  happened?: Happened;
  is_practice: boolean;
  now?: string;
};

/** By how many hours the clock goes on. */
export type PracticeStep = {
  hours: number;
};

/** A setting of mine; null where there is none. */
export type Pref = {
  value: Json;
};

/** Who would be asked, step by step, if everybody agreed. */
export type Preview = {
  end: string;
  labels: { [key: string]: { [key: string]: string } };
  problems: Problem[];
  steps: NextStep[];
};

/** One finding. `path` is a JSON Pointer into what was sent. */
export type Problem = {
  code: string;
  hint: Words;
  message: Words;
  params: JsonObject;
  path: string;
};

/** Every refusal (RFC 9457). `clashes` and `revision` come with a 409 of a record. */
export type ProblemBody = {
  clashes?: Clash[];
  code: string;
  problems: Problem[];
  revision?: number | null;
  status: number;
  title: string;
  type: string;
};

/** The proxies I have named, and for whom I am one. */
export type Proxies = {
  flows: { [key: string]: Words };
  labels: { [key: string]: { [key: string]: string } };
  proxies: JsonObject[];
};

/** The new proxy. */
export type ProxyId = {
  id: string;
};

/** The clinic that offers a public form. */
export type PublicFace = {
  brand: Brand | null;
  key: string;
  name: Words;
};

/** One line of what the page of a message's link is about: a text, words in both languages, or a moment. */
export type PublicFact = {
  at?: string;
  key: string;
  label: Words;
  text?: string;
  words?: Words;
};

/** A public form and its clinic. `closed`: why nothing is taken in any more. */
export type PublicForm = {
  about: PublicFact[];
  closed: Words | null;
  fields: string[];
  form: string;
  intro: Words;
  name: Words;
  plan: PublicPlan;
  thanks: Words;
  title: Words;
  workspace: PublicFace;
};

/** A link to a public form. */
export type PublicLink = {
  at: string;
  branch_id: string | null;
  by: string;
  by_name: string;
  id: string;
  name: string;
  path: string;
  token: string;
  values: JsonObject;
};

/** What a link is called, and what it fills in for everybody who comes by it. */
export type PublicLinkRequest = {
  name?: string;
  values?: JsonObject;
};

/** The links to a form that I may see, newest first. */
export type PublicLinks = {
  labels: { [key: string]: { [key: string]: string } };
  links: PublicLink[];
};

/** The part of a form that visitors fill in. */
export type PublicPlan = {
  fields: FieldPlan[];
  icon?: string | null;
  key: string;
  layout: SectionPlan[];
  name: Words;
  rules: RulePlan[];
};

/** It came in; nothing is told of what is in the house. */
export type PublicReceived = {
  received: true;
  thanks: Words;
};

/** What a visitor filled in. */
export type PublicSubmission = {
  lang?: "zh" | "en";
  values: JsonObject;
};

/** Which records, in which order. A view gives what is not said here. */
export type Query = {
  count?: boolean;
  cursor?: string | null;
  deleted?: boolean;
  fields?: string[];
  filter?: FilterGroup;
  formula?: string;
  ids?: string[];
  limit?: number;
  related?: string;
  search?: string;
  sort?: string[];
  view?: string;
};

/** A decision that needs nothing but one press. */
export type QuickWay = {
  is_yes: boolean;
  label: Words;
  needs_comment: boolean;
  way: string;
};

/** A rule and whether it lets the person through; the last one (without a role) sums up. */
export type Reason = {
  holds: boolean;
  role: string;
  rule: string;
  verb: string;
  words: Words;
};

/** Why somebody may see a record, or not. */
export type Reasons = {
  reasons: Reason[];
};

/** One record. `touched` and `message`: a known contact turned up again, no second record was made. */
export type RecordAnswer = {
  batch?: string;
  can: Can;
  labels: { [key: string]: { [key: string]: string } };
  masked: string[];
  message?: Words;
  record: RecordData;
  title: string;
  touched?: boolean;
};

/** A record: its own fields by key, beside these. `revision` is absent only where it may not be read. */
export type RecordData = {
  _can?: Can;
  _masked?: string[];
  id: string;
  no?: string | null;
  revision?: number;
  readonly [field: string]: Json | undefined;
};

/** The flows about a record, and those that can be started here. */
export type RecordFlows = {
  buttons: FlowButton[];
  instances: InstanceItem[];
  labels: { [key: string]: { [key: string]: string } };
};

/** A record's page: its header, the banner field, tabs and buttons. `print`: whether paper says who printed it, and when. */
export type RecordPagePlan = {
  actions: ActionPlan[];
  banner?: string;
  header: string[];
  print?: "plain" | "marked";
  tabs: PageTabPlan[];
};

/** Records on which a flow did not start, all for the same reason; the first of them by title. */
export type RefusedStart = {
  count: number;
  problems: Problem[];
  records: TitledRecord[];
};

export type ReportAnswer = {
  as_of?: string | null;
  beside?: "own" | "nothing";
  cell?: string;
  deeper?: Deeper[];
  figure?: Json;
  opens?: boolean;
  period?: Words | null;
  problem?: Problem;
  problems?: Problem[];
  row_count?: number;
  table: ReportTable;
  words?: { [key: string]: { [key: string]: string } };
};

/** `chart`: a kind of chart in place of the report's own. */
export type ReportAsk = {
  cell?: string;
  chart?: string;
  filters?: JsonObject;
  narrowed?: JsonObject;
  path?: DrillStep[];
  veiled?: boolean;
};

/** `cell`: one chart of a dashboard alone; `background`: a job in any case. */
export type ReportExportAsk = {
  background?: boolean;
  cell?: string;
  filters?: JsonObject;
  format?: "xlsx" | "csv" | "pdf" | "png";
};

export type ReportLine = {
  chart: string;
  description: Words | null;
  group: Words | null;
  key: string;
  kind: string;
  module: string | null;
  name: Words;
};

export type ReportList = {
  reports: ReportLine[];
};

export type ReportPage = {
  chart: string;
  description?: Words;
  filters: FilterPart[];
  key: string;
  kind: string;
  level: string | null;
  module?: string;
  name: Words;
  period?: Json;
};

export type ReportTable = {
  as_of: string | null;
  columns: TableColumn[];
  labels: { [key: string]: { [key: string]: string } };
  notes: JsonObject;
  row_count: number;
  rows: Json[][];
  totals: TableTotal[];
  warnings: Json[];
};

/** A step it may be sent back to. */
export type ReturnPlace = {
  name: Words;
  node: string;
};

/** The field to show. */
export type RevealAsk = {
  field: string;
};

/** The value behind a mask, and how many I may still look at today. */
export type Revealed = {
  left: number;
  value: Json;
};

/** A chat group that may be told. `is_ready`: it has an address; otherwise what it would be told stays in the outbox. */
export type RobotLine = {
  is_ready: boolean;
  key: string;
  kind: "wecom" | "dingtalk" | "feishu";
  name: string;
};

/** A role I hold. */
export type Role = {
  key: string;
  name: Words;
};

/** A rule: a check with its message, fields that are locked, or fields that are set. */
export type RulePlan = {
  at?: string | null;
  check?: Json;
  key: string;
  /** true: every field */
  lock?: true | string[];
  message?: Words;
  set?: JsonObject;
  unlock?: string[];
  when: Json;
};

/** A report of one's own. */
export type RunAsk = {
  cell?: string;
  filters?: JsonObject;
  narrowed?: JsonObject;
  path?: DrillStep[];
  report: Json;
  veiled?: boolean;
};

/** My own views of a form, as the browser keeps them. */
export type SavedViews = {
  views: JsonObject[];
};

/** A record found anywhere; `matched` is the field that fits. */
export type SearchHit = {
  detail: string;
  form: string;
  id: string;
  matched: string;
  title: string;
};

/** A part of the form's layout. */
export type SectionPlan = {
  columns: number;
  folded: boolean;
  items: string[];
  key: string;
  section: Words;
  visible_if?: Json;
};

/** What to do about incidents. */
export type Settle = {
  action: string;
  ids: string[];
  values?: JsonObject;
};

/** Those that could not be settled. */
export type Settled = {
  failed: JsonObject[];
  settled: number;
};

/** Try a flow out on past records. `since`: how far back, `limit`: most occasions. */
export type ShadowFlow = {
  answers?: JsonObject;
  definition?: JsonObject;
  form?: string;
  limit?: number;
  record?: JsonObject;
  record_id?: string;
  since?: string;
  until?: string;
  values?: JsonObject;
};

/** A message that would have gone, or would have been held back, and why. */
export type ShadowMessage = {
  at: string;
  channel: string | null;
  form: string;
  message: string;
  message_kind: string;
  message_name: Words;
  reason: string | null;
  record_id: string;
  state: string;
  text: string | null;
  title: string;
  to: JsonObject;
  why: Words | null;
};

/** Whom a flow would have contacted, who would have had which tasks on which day, how it would have ended. */
export type ShadowRun = {
  cases: number;
  contacts: ShadowMessage[];
  ended: { [key: string]: number };
  failed: JsonObject[];
  flow: string;
  held: ShadowMessage[];
  is_whole: boolean;
  left_out: OccasionsLeftOut[];
  people: number;
  run: number;
  since: string;
  skipped: { [key: string]: number };
  tasks: ShadowTask[];
  until: string;
  version: number;
};

/** How many tasks somebody would have had on a day. */
export type ShadowTask = {
  count: number;
  day: string;
  name: string;
  person: string;
};

/** Who signs in; the workspace may be left out where there is only one. */
export type SignIn = {
  login: string;
  password: string;
  workspace?: string;
};

/** How a target is to be dealt out. `whole`: how much, else the target's amount (times `months`). */
export type SplitAsk = {
  by?: "history" | "even";
  months?: number;
  over: "branch" | "personal" | "months";
  whole?: string;
  without?: string[];
};

export type SplitMetric = {
  key: string;
  name: Words;
};

/** One share. `came`: what it was weighed by; `record_id`, `stands`: the target that is there already. */
export type SplitPart = {
  amount: string;
  came: string | null;
  key: string;
  month: string;
  name: string;
  record_id: string | null;
  stands: string | null;
};

/** The same, with amounts that somebody changed. */
export type SplitWrite = {
  by?: "history" | "even";
  months?: number;
  over: "branch" | "personal" | "months";
  parts?: PartAmount[];
  whole?: string;
  without?: string[];
};

export type SplitWritten = {
  batch: string;
  created: number;
  updated: number;
};

/** Start a flow about a record, about several, or about all that a list shows (`filter`, `view`, `formula`, `search`). */
export type StartFlow = {
  filter?: FilterGroup;
  form?: string;
  formula?: string;
  ids?: string[];
  key?: string;
  record_id?: string;
  search?: string;
  trigger?: string;
  values?: JsonObject;
  view?: string;
};

/** The background job that starts a flow on many records; GET /api/flow-starts/{job} tells how far it is. */
export type StartJob = {
  job: string;
  total: number;
};

/** How far a flow is started on many records. `state` as of jobs: waiting, running, done, failed, cancelled. */
export type StartState = {
  done: number;
  form: string;
  name: Words;
  refused: RefusedStart[];
  started: number;
  state: string;
  total: number;
};

/** The instances that started. */
export type Started = {
  failed: JsonObject[];
  started: string[];
};

/** Values of a record, by field. */
export type Submission = {
  values: JsonObject;
};

/** `way`: how it reaches me: by mail, or as a file behind a line in my drawer; or the chat group `robot` is told.

`problem`: why the last one failed. */
export type Subscription = {
  cron: string;
  filters: JsonObject;
  format: "xlsx" | "csv" | "pdf" | "png";
  id: string;
  key: string;
  kind: "dashboards" | "reports";
  last_sent_at: string | null;
  name: Words;
  next_at: string | null;
  paused: boolean;
  problem: Problem | null;
  robot: string | null;
  way: "mail" | "drawer" | "robot";
};

/** What is to be sent to me, and when: `cron` has five parts, in the clinic's zone. */
export type SubscriptionAsk = {
  cron: string;
  filters?: JsonObject;
  format?: "xlsx" | "csv" | "pdf" | "png";
  key: string;
  kind: "dashboards" | "reports";
  robot?: string;
};

export type SubscriptionChange = {
  cron?: string;
  filters?: JsonObject;
  format?: "xlsx" | "csv" | "pdf" | "png";
  paused?: boolean;
};

export type SubscriptionList = {
  robots: RobotLine[];
  subscriptions: Subscription[];
};

/** A field every record has: number, branch, owner, when and by whom. */
export type SystemField = {
  default_formula?: Json;
  help?: Words;
  key: string;
  label: Words;
  level: "none" | "masked" | "read" | "write";
  operator_group: string;
  read_only?: boolean;
  required?: boolean;
  to?: string;
  value_type: string;
};

export type TableColumn = {
  adds_up?: boolean;
  form?: string;
  format: string;
  good?: string;
  key: string;
  labels?: { [key: string]: Words };
  name: Words;
  of?: string;
  role: "dimension" | "measure" | "compare" | "mark";
};

export type TableTotal = {
  by: string[];
  rows: Json[][];
};

/** A target and its parts. `is_same`: a rate, handed on as it is; `is_even`: there was no history to go by. */
export type TargetSplit = {
  by: string;
  is_even: boolean;
  is_same: boolean;
  left_out: MemberLeftOut[];
  level: string;
  metric: SplitMetric;
  month: string;
  over: string;
  parts: SplitPart[];
  places: number;
  target: string | null;
  ways: string[];
  whole: string;
};

/** What may be done with a task. */
export type TaskAction = {
  kind: string;
  name: Words;
  places?: ReturnPlace[];
  round?: number;
  task_id?: number;
  tasks?: AddedTask[];
};

/** How much waits for me. */
export type TaskCounts = {
  copies: number;
  open: number;
  overdue: number;
  parked: number;
  started: number;
  today: number;
};

/** One line of a list of tasks. */
export type TaskItem = {
  action: string | null;
  assignee: string | null;
  came: string | null;
  came_from: string | null;
  comment: string | null;
  done_at: string | null;
  due_at: string | null;
  flow: string;
  flow_name: Words;
  form: string | null;
  instance_id: string;
  is_claimable: boolean;
  is_late: boolean;
  is_stopped: boolean;
  kind: string;
  made_at: string | null;
  name: Words;
  node: string;
  owner: string | null;
  parked_until: string | null;
  quick: QuickWay[];
  record_id: string | null;
  round: number;
  started_at: string;
  started_by: string | null;
  state: "open" | "waiting" | "parked" | "done" | "cancelled" | "handed_on";
  status: string;
  subject: string;
  task_id: number;
  title: string;
  urged: number;
  way: Words | null;
};

/** A box of mine. `instances` where it is the box of what I started. */
export type TaskList = {
  counts: TaskCounts;
  flows: { [key: string]: Words };
  instances?: InstanceItem[];
  labels: { [key: string]: { [key: string]: string } };
  more: boolean;
  tasks: TaskItem[];
};

/** The step a task belongs to. */
export type TaskNode = {
  choose: ChoosePart[];
  comment?: string;
  fields: { [key: string]: "read" | "write" | "hidden" | "required" | "masked" };
  guide?: Json;
  is_new_record: boolean;
  items?: ListItem[];
  key: string;
  kind: string;
  mode: string;
  mode_words: Words | null;
  name: Words;
  ratio?: number;
  signature?: boolean;
  votes?: number;
};

/** Everything the page of a task shows. `shown` is the fingerprint a signature is bound to. */
export type TaskPage = {
  actions: TaskAction[];
  advice: JsonObject[];
  beside: TaskSeat[];
  history: HistoryLine[];
  instance: InstanceItem;
  labels: { [key: string]: { [key: string]: string } };
  node: TaskNode;
  paused: JsonObject | null;
  record: TaskRecord | null;
  returned: JsonObject | null;
  shown: string;
  task: TaskItem;
  ticked: JsonObject;
  ways: TaskWay[];
};

/** Which task. */
export type TaskPlace = {
  instance_id: string;
  round?: number | null;
  task_id: number;
};

/** The record of a task, as I may see it here. */
export type TaskRecord = {
  can: { [key: string]: boolean };
  labels: { [key: string]: { [key: string]: string } };
  masked: string[];
  record: JsonObject;
  title: string;
};

/** How one of several people stands to the decision. */
export type TaskSeat = {
  action: string | null;
  added: JsonObject | null;
  auto: Words | null;
  candidates: string[];
  comment: string | null;
  done_at: string | null;
  owner: string | null;
  parent_id: number | null;
  signed: boolean;
  state: string;
  task_id: number;
  weight: number;
  who: string | null;
};

/** A choice, and what would follow; null where that depends on what is written. */
export type TaskWay = {
  is_yes: boolean;
  label: Words;
  needs_comment: boolean;
  next: NextStep[] | null;
  way: string;
};

/** Everything about a record, newest first. */
export type Timeline = {
  cursor: string | null;
  items: TimelineItem[];
  labels: { [key: string]: { [key: string]: string } };
};

/** Something that happened: what, when, by whom. `detail` holds names, states and amounts in my language. */
export type TimelineItem = {
  at: string;
  by: string | null;
  by_name: string | null;
  detail: string;
  form: string;
  id: string;
  record: RecordData;
  title: string;
};

/** A record by its title; an empty one where I may not see it. */
export type TitledRecord = {
  id: string;
  title: string;
};

export type Told = {
  name: Words;
  value: string;
};

/** Totals of a list, by field. */
export type Totals = {
  totals: JsonObject;
};

/** Totals over everything the query finds. */
export type TotalsQuery = {
  count?: boolean;
  cursor?: string | null;
  deleted?: boolean;
  fields?: string[];
  filter?: FilterGroup;
  formula?: string;
  ids?: string[];
  limit?: number;
  related?: string;
  search?: string;
  sort?: string[];
  totals?: { [key: string]: "count" | "count_distinct" | "sum" | "avg" | "min" | "max" };
  view?: string;
};

/** One level of a tree; `children` counts those of each node that has any. */
export type TreePage = {
  children?: { [key: string]: number };
  count?: Count;
  cursor: string | null;
  labels: { [key: string]: { [key: string]: string } };
  records: RecordData[];
};

/** What a flow would do, in order, and where it would stand in the end. `cut`: broken off (lines, time: too long; stop: halted). */
export type Trial = {
  began_at: string;
  cut: string | null;
  ended_at: string | null;
  flow: string;
  instance_id: string;
  outcome: string | null;
  record: { [key: string]: string } | null;
  status: string;
  stopped: TrialStop | null;
  timeline: TrialLine[];
  title: string;
  triggers: JsonObject[];
  troubles: string[];
  until: string;
  version: number;
  waiting: JsonObject[];
};

/** Something that would happen. `kind`: started, task, decided, waits, timer, passed, change, message, call, cc, incident, refused, finished … */
export type TrialLine = {
  address?: string | null;
  at: string;
  body?: string | null;
  by?: string | null;
  changed?: string[];
  channel?: string | null;
  comment?: string;
  due_at?: string | null;
  error?: string | null;
  fields?: { [key: string]: Json[] };
  flow?: string | null;
  form?: string;
  instance_id?: string;
  kind: string;
  message?: string;
  message_kind?: string;
  names?: string[];
  node?: string | null;
  outcome?: string;
  people?: string[];
  problems?: Problem[];
  reason?: string | null;
  record_id?: string;
  state?: string;
  subject?: string | null;
  text: Words;
  title?: string;
  to?: { [key: string]: string | null };
  until?: string | null;
  verb?: string;
  waits_for?: string;
};

/** Where a trial halted before a node: what the flow knows there, the record as it is, and what would come of the node (`ahead`). */
export type TrialStop = {
  ahead: TrialLine[];
  kind: string;
  move: number;
  name: Words;
  node: string;
  record: JsonObject;
  variables: JsonObject;
};

/** Try a flow out on one record. `break`: nodes before which it halts, `step`: before any; `after`: moves gone through already. */
export type TryFlow = {
  after?: number;
  answers?: JsonObject;
  break?: string[];
  definition?: JsonObject;
  form?: string;
  record?: JsonObject;
  record_id?: string;
  step?: boolean;
  until?: string;
  values?: JsonObject;
};

/** What was taken back, and what was kept since somebody changed it later. */
export type UndoAnswer = {
  kept: Kept[];
  undone: number;
};

/** The person signed in. `theme` system follows the device. */
export type User = {
  id: string;
  lang: "zh" | "en";
  login: string;
  name: string;
  roles: Role[];
  theme: "light" | "dark" | "system";
};

/** What I may do with at least some records of a form. */
export type Verbs = {
  bulk_edit: boolean;
  create: boolean;
  delete: boolean;
  edit: boolean;
  export: boolean;
  import: boolean;
  print: boolean;
  restore: boolean;
  view: boolean;
};

/** Why flows started about a record, or did not: `{at, form, verdicts: [{flow, trigger, verdict, words}]}`. */
export type Verdicts = {
  events: JsonObject[];
  flows: { [key: string]: Words };
};

/** A way to look at many records. Fields are named by key or by path over links. `narrows`: it has a filter. */
export type ViewPlan = {
  by?: string;
  card?: string[];
  color?: string;
  color_if?: JsonObject;
  columns?: string[];
  edit?: boolean;
  end?: string;
  frozen?: number;
  group?: string;
  image?: string;
  key: string;
  kind: "table" | "kanban" | "calendar" | "gallery" | "tree" | "board";
  name: Words;
  narrows?: boolean;
  parent?: string;
  resource?: string;
  scale?: "day" | "week" | "month";
  sort?: string[];
  start?: string;
  title?: string;
  totals?: { [key: string]: "count" | "count_distinct" | "sum" | "avg" | "min" | "max" };
};

/** A step an instance waits at, and for whom. */
export type WaitsFor = {
  due_at: string | null;
  name: Words;
  node: string;
  people: string[];
  tasks: number[];
};

/** A call was taken in; `is_new` is false for one that came before. */
export type WebhookTaken = {
  accepted: boolean;
  is_new: boolean;
};

/** A name or sentence in both languages. */
export type Words = {
  en?: string;
  zh?: string;
};

/** Today's lists and numbers. */
export type Workbench = {
  numbers: WorkbenchNumber[];
  sections: WorkbenchSection[];
};

/** A number of today, and how to write it. */
export type WorkbenchNumber = {
  format: "integer" | "decimal" | "money" | "percent";
  key: string;
  name: Words;
  value: Json;
};

/** A list of today. */
export type WorkbenchSection = {
  columns: string[];
  count: number;
  form: string;
  key: string;
  labels: { [key: string]: { [key: string]: string } };
  name: Words;
  records: RecordData[];
};

/** The clinic I am in. */
export type Workspace = {
  key: string;
  name: Words;
};

/** A clinic on the sign-in page. Demo accounts in practice mode only. */
export type WorkspaceChoice = {
  brand?: Brand | null;
  demo_logins?: DemoLogin[];
  key: string;
  name: Words;
};

/** Every operation: its address, what it takes and what it gives. */
export interface Operations {
  /** Say that what is off is known: whoever is told the same number is not told again until then, or until it was well. */
  acknowledge_alert: {
    method: "POST";
    path: "/api/alerts/{rule_id}/acknowledge";
    body: AlertAcknowledge;
    answer: AlertLine;
  };
  /** Withdraw what I started; managers also cancel, pause, resume, jump, skip and retry. */
  act_on_instance: {
    method: "POST";
    path: "/api/instances/{instance_id}/{action}";
    body: Act;
    answer: ActAnswer;
  };
  /** Do the same with many tasks; each succeeds or fails by itself. */
  act_on_many: {
    method: "POST";
    path: "/api/tasks/many";
    body: ActMany;
    answer: ManyAnswer;
  };
  /** Do something with a task: complete, transfer, delegate, add_signers, send_back and the rest. */
  act_on_task: {
    method: "POST";
    path: "/api/tasks/{instance_id}/{task}/{action}";
    body: Act;
    answer: ActAnswer;
  };
  /** Return pages with the tabs this person may open, and the forms they may use. */
  app_plan: {
    method: "GET";
    path: "/api/app";
    answer: AppPlan;
  };
  /** Return the figures of several charts, all of one moment; what is wrong with one is told there alone. */
  ask_dashboard: {
    method: "POST";
    path: "/api/dashboards/{key}/ask";
    body: BoardAsk;
    answer: BoardAnswer;
  };
  /** Return the figure and the table of a report. */
  ask_report: {
    method: "POST";
    path: "/api/reports/{key}/ask";
    body: ReportAsk;
    answer: ReportAnswer;
  };
  /** Return how far a bulk edit of mine is, and which records stayed as they were. */
  bulk_state: {
    method: "GET";
    path: "/api/bulk-edits/{job_id}";
    answer: BulkState;
  };
  /** Send it to me no more. */
  cancel_subscription: {
    method: "DELETE";
    path: "/api/subscriptions/{subscription_id}";
    answer: null;
  };
  /** Return active colleagues by name, to whom a task may be given. */
  candidates: {
    method: "GET";
    path: "/api/tasks/candidates";
    query: { q?: string };
    answer: Candidate[];
  };
  /** Change in which month the clinic's own year starts; reports count by it at once. */
  change_app_settings: {
    method: "PUT";
    path: "/api/app-settings";
    body: AppSettingsChange;
    answer: AppSettings;
  };
  /** Change many records at once, as a batch that can be undone; above 200 in the background: 202 with a job. */
  change_many_records: {
    method: "POST";
    path: "/api/forms/{form}/bulk";
    body: BulkChange;
    answer: BulkAnswer | BulkJob;
  };
  /** Change language, look or the branch I work in. */
  change_me: {
    method: "PATCH";
    path: "/api/me";
    body: MeChange;
    answer: Me;
  };
  /** Set a new password; every other session of mine ends. */
  change_password: {
    method: "POST";
    path: "/api/me/password";
    body: PasswordChange;
    answer: null;
  };
  /** Change when and how it is sent, pause it, let it go on. */
  change_subscription: {
    method: "PATCH";
    path: "/api/subscriptions/{subscription_id}";
    body: SubscriptionChange;
    answer: Subscription;
  };
  /** Return what is wrong with a text about a form, while it is being written. */
  check_message: {
    method: "POST";
    path: "/api/messages/check";
    body: MessageText;
    answer: MessageChecked;
  };
  /** Return what creating would say. */
  check_new_record: {
    method: "POST";
    path: "/api/forms/{form}/records/check";
    body: Submission;
    answer: CheckAnswer;
  };
  /** Return what saving would say. */
  check_record: {
    method: "POST";
    path: "/api/forms/{form}/records/{record_id}/check";
    body: Submission;
    answer: CheckAnswer;
  };
  /** Take records of a pool, or the next one. 409 when somebody was quicker; of several each is taken or refused by itself. */
  claim: {
    method: "POST";
    path: "/api/pools/{pool}/claim";
    body: PoolClaim;
    answer: PoolTaken;
  };
  /** Switch a link off. */
  close_public_link: {
    method: "DELETE";
    path: "/api/forms/{form}/public-links/{link_id}";
    answer: null;
  };
  /** Return what the gate says of one person now, class by class; of those only whom one may see. */
  contact_person: {
    method: "GET";
    path: "/api/contact-policy/people/{form}/{record_id}";
    answer: ContactPerson;
  };
  /** Return quiet hours, caps, distances, and what holds messages back; for those who manage flows. */
  contact_policy: {
    method: "GET";
    path: "/api/contact-policy";
    answer: ContactPolicy;
  };
  /** Return follow-up rules: what should have happened and what did. */
  coverage: {
    method: "GET";
    path: "/api/coverage";
    query: { since?: string };
    answer: Coverage;
  };
  /** Return what a rule asked for and has not happened. */
  coverage_gaps: {
    method: "GET";
    path: "/api/coverage/{trigger}/gaps";
    answer: Gaps;
  };
  /** Write a new record. */
  create_record: {
    method: "POST";
    path: "/api/forms/{form}/records";
    body: Submission;
    answer: RecordAnswer;
  };
  /** Have a report or dashboard sent to me at its times, as I may see it then. */
  create_subscription: {
    method: "POST";
    path: "/api/subscriptions";
    body: SubscriptionAsk;
    answer: Subscription;
  };
  /** Return the records behind a point of a chart, as a list of records takes them. */
  dashboard_records: {
    method: "POST";
    path: "/api/dashboards/{key}/records";
    body: PointAsk;
    answer: Behind;
  };
  /** Move a record to the bin. */
  delete_record: {
    method: "DELETE";
    path: "/api/forms/{form}/records/{record_id}";
    answer: null;
  };
  /** Return the bytes to one who sees the record and the field. */
  download_file: {
    method: "GET";
    path: "/api/files/{file_id}";
    query: { form?: string, record?: string, field?: string, thumb?: boolean };
    answer: Blob;
  };
  /** Try without writing, in the background. */
  dry_run_import: {
    method: "POST";
    path: "/api/imports/{import_id}/dry-run";
    body: ImportSettings;
    answer: ImportStarted;
  };
  /** End a proxy of mine now; managers of flows may end anybody's. */
  end_proxy: {
    method: "DELETE";
    path: "/api/proxies/{proxy_id}";
    answer: null;
  };
  /** Return how many would come in now, and why the others of the segment would not. */
  estimate: {
    method: "GET";
    path: "/api/journeys/{journey}/estimate";
    answer: JourneyEstimate;
  };
  /** Return what a number means, how far to trust it, and why it changed. */
  explain_dashboard: {
    method: "POST";
    path: "/api/dashboards/{key}/explain";
    body: PointAsk;
    answer: Explained;
  };
  /** Return which rule lets a person see the record, or stops them: myself, or anyone with the right to explain. */
  explain_record: {
    method: "GET";
    path: "/api/forms/{form}/records/{record_id}/explain";
    query: { login?: string, verb?: string };
    answer: Reasons;
  };
  /** Return what a number of a report means, how far to trust it, and why it changed. */
  explain_report: {
    method: "POST";
    path: "/api/reports/{key}/explain";
    body: PointAsk;
    answer: Explained;
  };
  /** Return a dashboard as a file, as I see it; or the job that makes it. */
  export_dashboard: {
    method: "POST";
    path: "/api/dashboards/{key}/export";
    body: ReportExportAsk;
    answer: Blob | JobStarted;
  };
  /** Return the file, or the job that makes it. */
  export_records: {
    method: "POST";
    path: "/api/forms/{form}/export";
    body: ExportAsk;
    answer: Blob | JobStarted;
  };
  /** Return a report as a file, as I see it; or the job that makes it. */
  export_report: {
    method: "POST";
    path: "/api/reports/{key}/export";
    body: ReportExportAsk;
    answer: Blob | JobStarted;
  };
  /** Return the file of a finished background export of mine. */
  fetch_export: {
    method: "GET";
    path: "/api/exports/{job_id}";
    answer: Blob;
  };
  /** Return the file of a finished background export of mine. */
  fetch_report_export: {
    method: "GET";
    path: "/api/report-exports/{job_id}";
    answer: Blob;
  };
  /** Return a file that was put into my drawer. */
  fetch_subscription_file: {
    method: "GET";
    path: "/api/subscriptions/files/{job_id}";
    answer: Blob;
  };
  /** Return the flows that can be started for several records of a list. */
  form_flows: {
    method: "GET";
    path: "/api/forms/{form}/flows";
    answer: FlowButton[];
  };
  /** Return the form's plan as this person may see it. */
  form_plan: {
    method: "GET";
    path: "/api/forms/{form}";
    answer: FormPlan;
  };
  /** Return the JSON Schema (2020-12) of a submission. */
  form_schema: {
    method: "GET";
    path: "/api/forms/{form}/schema";
    answer: JsonObject;
  };
  /** Return a dashboard: its filters with what they offer, its charts in their places. */
  get_dashboard: {
    method: "GET";
    path: "/api/dashboards/{key}";
    answer: Dashboard;
  };
  /** Return a report with the filters that it takes. */
  get_report: {
    method: "GET";
    path: "/api/reports/{key}";
    answer: ReportPage;
  };
  /** Return the groups of a list with counts and totals. */
  group_records: {
    method: "POST";
    path: "/api/forms/{form}/groups";
    body: GroupQuery;
    answer: Groups;
  };
  /** Move everything that waits for somebody to others: tasks, and the records they look after. */
  hand_over: {
    method: "POST";
    path: "/api/handovers";
    body: Handover;
    answer: HandoverDone;
  };
  /** Say that the server is up. */
  health: {
    method: "GET";
    path: "/api/health";
    answer: Health;
  };
  /** Return what was held back in the last thirty days and why. */
  held_back: {
    method: "GET";
    path: "/api/contact-policy/held";
    query: { reason?: string, q?: string, offset?: number, limit?: number };
    answer: HeldBack;
  };
  /** Return the rejected rows with their reasons, to correct and import again. */
  import_errors: {
    method: "GET";
    path: "/api/imports/{import_id}/errors.xlsx";
    answer: Blob;
  };
  /** Return how far an import is and what it says of its rows. */
  import_state: {
    method: "GET";
    path: "/api/imports/{import_id}";
    answer: ImportState;
  };
  /** Return an instance on its canvas with its history. */
  instance_page: {
    method: "GET";
    path: "/api/instances/{instance_id}";
    answer: InstancePage;
  };
  /** Return how far a background job of mine is. */
  job: {
    method: "GET";
    path: "/api/jobs/{job_id}";
    answer: JobState;
  };
  /** Return the journeys in force with their numbers; for those who manage flows. */
  journeys: {
    method: "GET";
    path: "/api/journeys";
    answer: Journeys;
  };
  /** Return the alert rules that tell me or that I may see, how they stand with me, and whom they told of late. */
  list_alerts: {
    method: "GET";
    path: "/api/alerts";
    answer: AlertList;
  };
  /** Return the dashboards that I may open. */
  list_dashboards: {
    method: "GET";
    path: "/api/dashboards";
    answer: DashboardList;
  };
  /** Return what reports can be made of: facts, dimensions, measures, kinds of question and of chart. */
  list_datasets: {
    method: "GET";
    path: "/api/datasets";
    answer: Offered;
  };
  /** Return the flows in force with how many run; for those who manage flows. */
  list_flows: {
    method: "GET";
    path: "/api/flows";
    answer: FlowItem[];
  };
  /** Return the last hand-overs. */
  list_handovers: {
    method: "GET";
    path: "/api/handovers";
    answer: Handovers;
  };
  /** Return what could not go on, and what may be done about it. */
  list_incidents: {
    method: "GET";
    path: "/api/incidents";
    query: { state?: string, flow?: string, offset?: number, limit?: number };
    answer: Incidents;
  };
  /** Return instances, newest first; for those who manage flows. */
  list_instances: {
    method: "GET";
    path: "/api/instances";
    query: { flow?: string, status?: string, form?: string, record_id?: string, q?: string, offset?: number, limit?: number };
    answer: InstanceList;
  };
  /** Return the notes on a dashboard that I may read, newest first. */
  list_notes: {
    method: "GET";
    path: "/api/dashboards/{key}/notes";
    answer: NoteList;
  };
  /** Return the proxies I have named and for whom I am one. */
  list_proxies: {
    method: "GET";
    path: "/api/proxies";
    answer: Proxies;
  };
  /** Return the reports that I may open. */
  list_reports: {
    method: "GET";
    path: "/api/reports";
    answer: ReportList;
  };
  /** Return my subscriptions, and the chat groups that I may have told. */
  list_subscriptions: {
    method: "GET";
    path: "/api/subscriptions";
    answer: SubscriptionList;
  };
  /** Return one of my boxes: open, parked, done, copies, started. `status` of what I started: running or ended. */
  list_tasks: {
    method: "GET";
    path: "/api/tasks";
    query: { box?: string, due?: string, flow?: string, form?: string, q?: string, status?: string, offset?: number, limit?: number };
    answer: TaskList;
  };
  /** Stream events for me, each of which only says: look again. */
  live: {
    method: "GET";
    path: "/api/live";
    answer: Blob;
  };
  /** Guess anew for another sheet or header row. */
  look_at_import: {
    method: "POST";
    path: "/api/imports/{import_id}/look";
    body: ImportLookAsk;
    answer: ImportLook;
  };
  /** Mark notifications as read; all without ids. */
  mark_notifications_read: {
    method: "POST";
    path: "/api/notifications/read";
    body: NoticesRead;
    answer: null;
  };
  /** Return the fields and filters that texts about a form may use: the picker. */
  message_names: {
    method: "GET";
    path: "/api/messages/names/{form}";
    answer: MessageNames;
  };
  /** Let somebody decide for me on some days, for all flows or some, up to an amount. */
  name_proxy: {
    method: "POST";
    path: "/api/proxies";
    body: JsonObject;
    answer: ProxyId;
  };
  /** Return what came in for me, newest first. */
  notifications: {
    method: "GET";
    path: "/api/notifications";
    query: { before?: string | null };
    answer: Notices;
  };
  /** Make a link to the public part of a form. */
  open_public_link: {
    method: "POST";
    path: "/api/forms/{form}/public-links";
    body: PublicLinkRequest;
    answer: PublicLink;
  };
  /** Return messages as they were or would be sent. */
  outbox: {
    method: "GET";
    path: "/api/outbox";
    query: { state?: string, channel?: string, message?: string, q?: string, offset?: number, limit?: number };
    answer: Outbox;
  };
  /** Return records to choose from for a link, or people. */
  pick_options: {
    method: "GET";
    path: "/api/forms/{form}/options/{field}";
    query: { q?: string };
    answer: PickOption[];
  };
  /** Return records to choose from, given what is filled in so far (for filters that look at it). */
  pick_options_for: {
    method: "POST";
    path: "/api/forms/{form}/options/{field}";
    body: PickAsk;
    answer: PickOption[];
  };
  /** Return what can be taken from a pool, as far as one may see it (`items`), and how many one holds. */
  pool_items: {
    method: "GET";
    path: "/api/pools/{pool}";
    query: { items?: boolean };
    answer: PoolItems;
  };
  /** Return whether this is a practice clinic, and how late it is there. */
  practice: {
    method: "GET";
    path: "/api/practice";
    answer: PracticeClock;
  };
  /** Return a setting of mine: `{value}`, null where there is none. */
  pref: {
    method: "GET";
    path: "/api/prefs/{key}";
    answer: Pref;
  };
  /** Press a button of the record page. */
  press_button: {
    method: "POST";
    path: "/api/forms/{form}/records/{record_id}/actions/{action}";
    body: Submission;
    answer: RecordAnswer;
  };
  /** Return who would be asked if the flow started now about a record. */
  preview_flow: {
    method: "POST";
    path: "/api/flows/{flow}/preview";
    body: StartFlow;
    answer: Preview;
  };
  /** Return what would move if somebody handed over. */
  preview_handover: {
    method: "POST";
    path: "/api/handovers/preview";
    body: Handover;
    answer: HandoverPreview;
  };
  /** Return how a target would be dealt out; nothing is written. */
  preview_split: {
    method: "POST";
    path: "/api/forms/{form}/records/{record_id}/split";
    body: SplitAsk;
    answer: TargetSplit;
  };
  /** Return what a visitor fills in; nothing of what is in the house. */
  public_form: {
    method: "GET";
    path: "/api/public/{workspace}/{token}";
    answer: PublicForm;
  };
  /** Return the living links to the public part of a form. */
  public_links: {
    method: "GET";
    path: "/api/forms/{form}/public-links";
    answer: PublicLinks;
  };
  /** Return what the sign-in page offers: clinics, and in practice mode their demo accounts. */
  public_workspaces: {
    method: "GET";
    path: "/api/workspaces/public";
    answer: WorkspaceChoice[];
  };
  /** Put the clock forward by some hours; what is due by then happens before the answer. 404 in a real clinic. */
  put_forward: {
    method: "POST";
    path: "/api/practice/advance";
    body: PracticeStep;
    answer: PracticeClock;
  };
  /** Keep a setting of mine. */
  put_pref: {
    method: "PUT";
    path: "/api/prefs/{key}";
    body: Pref;
    answer: null;
  };
  /** Keep my own views of a form. */
  put_saved_views: {
    method: "PUT";
    path: "/api/forms/{form}/saved-views";
    body: SavedViews;
    answer: null;
  };
  /** Return one page of records. */
  query_records: {
    method: "POST";
    path: "/api/forms/{form}/query";
    body: Query;
    answer: Page;
  };
  /** Return one record. */
  read_record: {
    method: "GET";
    path: "/api/forms/{form}/records/{record_id}";
    query: { deleted?: boolean };
    answer: RecordAnswer;
  };
  /** Return the flows about a record with the tasks open in them, and those that can be started here. */
  record_flows: {
    method: "GET";
    path: "/api/forms/{form}/records/{record_id}/flows";
    answer: RecordFlows;
  };
  /** Return why flows started about a record, or did not, newest first. */
  record_flows_why: {
    method: "GET";
    path: "/api/forms/{form}/records/{record_id}/flows/why";
    answer: Verdicts;
  };
  /** Return the changes of a record. */
  record_history: {
    method: "GET";
    path: "/api/forms/{form}/records/{record_id}/history";
    answer: History;
  };
  /** Return everything about a record, newest first; `field`: what one of its timelines shows of it. */
  record_timeline: {
    method: "GET";
    path: "/api/forms/{form}/records/{record_id}/timeline";
    query: { cursor?: string | null, field?: string };
    answer: Timeline;
  };
  /** Put back a record that one took, with the reason. */
  release: {
    method: "POST";
    path: "/api/pools/{pool}/release";
    body: PoolRelease;
    answer: null;
  };
  /** Take away a note of mine. */
  remove_note: {
    method: "DELETE";
    path: "/api/dashboards/{key}/notes/{note_id}";
    answer: null;
  };
  /** Return the records behind a point of a report, as a list of records takes them. */
  report_records: {
    method: "POST";
    path: "/api/reports/{key}/records";
    body: PointAsk;
    answer: Behind;
  };
  /** Bring a record back from the bin. */
  restore_record: {
    method: "POST";
    path: "/api/forms/{form}/records/{record_id}/restore";
    answer: RecordAnswer;
  };
  /** Show one masked value: with the right, within the day's limit, noted in the audit. */
  reveal_field: {
    method: "POST";
    path: "/api/forms/{form}/records/{record_id}/reveal";
    body: RevealAsk;
    answer: Revealed;
  };
  /** Import, in the background. */
  run_import: {
    method: "POST";
    path: "/api/imports/{import_id}/run";
    body: ImportSettings;
    answer: ImportStarted;
  };
  /** Return the answer of a report of my own, with the right to build them. */
  run_report: {
    method: "POST";
    path: "/api/reports/run";
    body: RunAsk;
    answer: ReportAnswer;
  };
  /** Return my own views of a form. */
  saved_views: {
    method: "GET";
    path: "/api/forms/{form}/saved-views";
    answer: JsonObject[];
  };
  /** Find people and records by name, pinyin initials, phone tail or number. */
  search: {
    method: "GET";
    path: "/api/search";
    query: { q?: string };
    answer: SearchHit[];
  };
  /** Send it to me now, once. */
  send_subscription: {
    method: "POST";
    path: "/api/subscriptions/{subscription_id}/send";
    answer: JobStarted;
  };
  /** Retry, skip, edit, jump or cancel; several at once. */
  settle_incidents: {
    method: "POST";
    path: "/api/incidents/settle";
    body: Settle;
    answer: Settled;
  };
  /** Return whom a flow would have contacted about the records of a past period, and who would have had which tasks. */
  shadow_flow: {
    method: "POST";
    path: "/api/flows/{flow}/shadow";
    body: ShadowFlow;
    answer: ShadowRun;
  };
  /** Return in which month the clinic's own year starts, and whether I may change it. */
  show_app_settings: {
    method: "GET";
    path: "/api/app-settings";
    answer: AppSettings;
  };
  /** Open a session. The same answer for a wrong password, an unknown login and a locked one. */
  sign_in: {
    method: "POST";
    path: "/api/session";
    body: SignIn;
    answer: Me;
  };
  /** End this session. */
  sign_out: {
    method: "DELETE";
    path: "/api/session";
    answer: null;
  };
  /** Return what a flow would do about a record, chosen or invented, hour by hour; nothing of it stays, no message leaves. */
  simulate_flow: {
    method: "POST";
    path: "/api/flows/{flow}/simulate";
    body: TryFlow;
    answer: Trial;
  };
  /** Press a flow's button on a record, on several of a list, or on all that a list shows; each starts by itself, many of them by a job. */
  start_flow: {
    method: "POST";
    path: "/api/flows/{flow}/start";
    body: StartFlow;
    answer: Started | StartJob;
  };
  /** Return how far a button that I pressed on many records is, and which of them were refused. */
  start_state: {
    method: "GET";
    path: "/api/flow-starts/{job_id}";
    answer: StartState;
  };
  /** Take in one record. */
  submit_public_form: {
    method: "POST";
    path: "/api/public/{workspace}/{token}";
    body: PublicSubmission;
    answer: PublicReceived;
  };
  /** Take in a signed call once; the flows that listen do their work afterwards. */
  take_webhook: {
    method: "POST";
    path: "/api/webhooks/{workspace}/{source}";
    body: JsonObject;
    answer: WebhookTaken;
  };
  /** Return how much waits for me. */
  task_counts: {
    method: "GET";
    path: "/api/tasks/counts";
    answer: TaskCounts;
  };
  /** Return everything the page of a task shows. */
  task_page: {
    method: "GET";
    path: "/api/tasks/{instance_id}/{task}";
    answer: TaskPage;
  };
  /** Return totals over a list. */
  total_records: {
    method: "POST";
    path: "/api/forms/{form}/aggregate";
    body: TotalsQuery;
    answer: Totals;
  };
  /** Return the children of a node of a tree view. */
  tree_records: {
    method: "POST";
    path: "/api/forms/{form}/tree";
    body: Query;
    answer: TreePage;
  };
  /** Return what a rule would tell me now; nobody is told. */
  try_alert: {
    method: "POST";
    path: "/api/alerts/{rule_id}/try";
    answer: AlertTold;
  };
  /** Take that back: it is told again in its time. */
  unacknowledge_alert: {
    method: "POST";
    path: "/api/alerts/{rule_id}/unacknowledge";
    body: AlertUnacknowledge;
    answer: AlertLine;
  };
  /** Take back a bulk edit or an import. */
  undo_batch: {
    method: "POST";
    path: "/api/batches/{batch_id}/undo";
    answer: UndoAnswer;
  };
  /** Give back what still lies with those who took over. */
  undo_handover: {
    method: "POST";
    path: "/api/handovers/{handover_id}/undo";
    answer: HandoverUndone;
  };
  /** Take the whole import back. */
  undo_import: {
    method: "POST";
    path: "/api/imports/{import_id}/undo";
    answer: UndoAnswer;
  };
  /** Change fields; what others changed meanwhile is merged field by field, or told as a clash. */
  update_record: {
    method: "PATCH";
    path: "/api/forms/{form}/records/{record_id}";
    body: Change;
    answer: RecordAnswer;
  };
  /** Take a file; it belongs to nobody until a record's field holds it. */
  upload_file: {
    method: "POST";
    path: "/api/files";
    body: FormData;
    answer: FileRef;
  };
  /** Take a sheet and guess what its columns mean. */
  upload_import: {
    method: "POST";
    path: "/api/forms/{form}/imports";
    body: FormData;
    answer: ImportUpload;
  };
  /** Return Me. */
  who_am_i: {
    method: "GET";
    path: "/api/me";
    answer: Me;
  };
  /** Return today's lists and numbers. */
  workbench: {
    method: "GET";
    path: "/api/workbench";
    answer: Workbench;
  };
  /** Put a note on a chart, for everybody of my branch who may open the dashboard. */
  write_note: {
    method: "POST";
    path: "/api/dashboards/{key}/notes";
    body: NoteText;
    answer: NoteMade;
  };
  /** Write the parts of a target as one batch, which `POST /api/batches/{id}/undo` takes back. */
  write_split: {
    method: "POST";
    path: "/api/forms/{form}/records/{record_id}/split/write";
    body: SplitWrite;
    answer: SplitWritten;
  };
}
