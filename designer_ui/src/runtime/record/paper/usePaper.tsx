/** Puts a record on paper: the sheet is set first, then the browser prints it, by button or by its own keys alike. */

import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { kindsOf } from "../../../api/forms";
import type { FormPlan, RecordAnswer } from "../../../api/types";
import { useKinds } from "../../../shared/kinds";
import { useShortcuts } from "../../../shared/shortcuts";
import { useNotify } from "../../../shared/useNotify";

const Paper = lazy(async () => ({ default: (await import("./Paper")).Paper }));

const LOOK_MS = 60;
/** Charts and pictures that have not come by then stay off the sheet. */
const MOST_LOOKS = 100;

/** Looks of controls come when they are asked for: a sheet is set when nothing on it has changed for so many looks. */
const STILL = 4;

/** How much stands on the sheet; 0 while something on it is still awaited. */
const standing = (): number => {
  const paper = document.querySelector(".paper");
  if (!paper || paper.querySelector(".paper-wait")) return 0;
  const isComplete = [...paper.querySelectorAll("img")].every((image) => image.complete);
  return isComplete ? paper.innerHTML.length : 0;
};

/** `print` is absent for whom the form may not be printed by; they print nothing by the browser's keys either. */
export const usePaper = (
  plan: FormPlan | undefined,
  answer: RecordAnswer | undefined,
  isDrawer: boolean,
): { print: (() => void) | undefined; paper: ReactNode } => {
  const { t } = useTranslation();
  const notify = useNotify();
  const [isOn, setOn] = useState(false);
  const ready = useKinds(isOn && plan ? kindsOf(plan.fields) : []);
  const how = plan?.page.print;
  const start = () => {
    // Of a page and the drawer over it, the drawer is what one looks at.
    if (!isDrawer && document.querySelector(".record-drawer")) return;
    if (how) setOn(true);
    else notify.warn(t("record.mayNotPrint"));
  };
  useShortcuts([{ keys: "mod+p", run: start }], plan !== undefined && answer !== undefined);
  useEffect(() => {
    if (!isOn || !ready) return;
    let [looks, still, before] = [0, 0, 0];
    const wait = setInterval(() => {
      const now = standing();
      still = now > 0 && now === before ? still + 1 : 0;
      before = now;
      // The sheet itself may be long in coming; only what stands on it is not waited for without end.
      if (document.querySelector(".paper")) looks += 1;
      if (still < STILL && looks < MOST_LOOKS) return;
      clearInterval(wait);
      window.print();
    }, LOOK_MS);
    const done = () => setOn(false);
    window.addEventListener("afterprint", done);
    return () => {
      clearInterval(wait);
      window.removeEventListener("afterprint", done);
    };
  }, [isOn, ready]);
  const paper =
    isOn && ready && plan && answer ? (
      <Suspense fallback={null}>
        <Paper plan={plan} answer={answer} isMarked={how === "marked"} />
      </Suspense>
    ) : null;
  return { print: how ? start : undefined, paper };
};
