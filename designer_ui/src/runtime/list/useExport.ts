/** Exports the list as it stands: small ones at once, large ones by a job that is watched. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { exportRecords, fetchJob } from "../../api/records";
import type { Query } from "../../api/types";
import { asText, isObject } from "../../shared/json";
import { useNotify } from "../../shared/useNotify";

const POLL_MS = 1500;
const LONGEST_POLLS = 400;

const saveAs = (url: string, name: string): void => {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
};

export const useExport = (
  form: string,
): { run: (query: Query, columns: string[], format: "xlsx" | "csv") => Promise<void>; busy: boolean } => {
  const { t } = useTranslation();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const follow = async (job: string): Promise<void> => {
    for (let turn = 0; turn < LONGEST_POLLS; turn += 1) {
      const state = await fetchJob(job);
      if (state.state === "failed") return notify.warn(t("export.failed"));
      const file = isObject(state.result) ? asText(state.result.file) : "";
      const url = file ? `/api/exports/${encodeURIComponent(file)}` : "";
      if (state.state === "done" && url) {
        saveAs(url, "");
        return notify.done(t("export.done"));
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    notify.warn(t("export.slow"));
  };
  const run = async (query: Query, columns: string[], format: "xlsx" | "csv"): Promise<void> => {
    setBusy(true);
    try {
      const answer = await exportRecords(form, { ...query, columns, format });
      if ("job" in answer) {
        notify.done(t("export.started"));
        await follow(answer.job);
      } else {
        const url = URL.createObjectURL(answer.file);
        saveAs(url, answer.name);
        URL.revokeObjectURL(url);
        notify.done(t("export.done"));
      }
    } catch (error) {
      notify.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return { run, busy };
};
