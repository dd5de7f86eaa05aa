/** Small words about tasks. Pure. */

import type { TaskItem } from "../../api/tasks";
import type { Labels } from "../../api/types";

export const nameOf = (labels: Labels, id: string | null | undefined): string =>
  id ? (labels.user?.[id] ?? "–") : "–";

/** Who started it, where a person did. */
export const starterOf = (labels: Labels, id: string | null | undefined): string | null =>
  id && id !== "system" ? (labels.user?.[id] ?? null) : null;

/** The first names, and how many more. */
export const namesOf = (labels: Labels, ids: readonly string[], most = 3): string => {
  const names = ids.slice(0, most).map((id) => nameOf(labels, id));
  return names.join("、") + (ids.length > most ? ` +${ids.length - most}` : "");
};

/** What a task is called in a list: its own title where that names the matter too, else both. */
export const headingOf = (task: { title: string; subject?: string | null }): [string, string] => {
  const subject = task.subject ?? "";
  if (!subject || subject === task.title) return [task.title, ""];
  return subject.includes(task.title) ? [subject, ""] : [task.title, subject];
};

export type Group = "overdue" | "today" | "later" | "none";
export const GROUPS: readonly Group[] = ["overdue", "today", "later", "none"];

export const groupOf = (task: TaskItem, endOfDay: number, now: number): Group => {
  if (!task.due_at) return "none";
  const due = Date.parse(task.due_at);
  if (due < now) return "overdue";
  return due < endOfDay ? "today" : "later";
};

export const taskPath = (task: { instance_id: string; task_id: number }): string =>
  `/tasks/${task.instance_id}/${task.task_id}`;
