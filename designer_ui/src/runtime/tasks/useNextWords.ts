/** What comes next, in one line. */

import { useTranslation } from "react-i18next";
import type { NextStep } from "../../api/tasks";
import type { Labels } from "../../api/types";
import { useSay } from "../../shared/useLang";
import { namesOf } from "./words";

export const useNextWords = (labels: Labels): ((steps: readonly NextStep[] | null) => string) => {
  const { t } = useTranslation();
  const say = useSay();
  const one = (step: NextStep): string => {
    if (step.kind === "end") return t("tasks.nextEnd");
    const people = namesOf(labels, step.people ?? [], 4);
    if (step.is_same) return t("tasks.nextSame", { people });
    const name = say(step.name);
    if (step.kind === "task") return people ? `${name}（${people}）` : name;
    const waits = t(`tasks.next_${step.kind}`, { defaultValue: "" });
    return waits ? `${name} · ${waits}` : name;
  };
  return (steps) => (steps ? steps.map(one).join("；") : t("tasks.nextUnknown"));
};
