/** Imports: upload, dry run, run, undo. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { useRefresh } from "./records";
import type { ImportSettings, ImportState, ImportUpload } from "./types";

const at = (importId: string, rest = ""): string => `/api/imports/${encodeURIComponent(importId)}${rest}`;

export const useUploadImport = (form: string) =>
  useMutation({
    mutationFn: (sheet: { file: File; sheet?: string; headerRow?: number }) => {
      const body = new FormData();
      body.append("file", sheet.file);
      if (sheet.sheet) body.append("sheet", sheet.sheet);
      if (sheet.headerRow !== undefined) body.append("header_row", String(sheet.headerRow));
      return request<ImportUpload>("POST", `/api/forms/${encodeURIComponent(form)}/imports`, body);
    },
  });

export const useDryRun = () =>
  useMutation({
    mutationFn: (asked: { importId: string; settings: ImportSettings }) =>
      request<{ job?: string }>("POST", at(asked.importId, "/dry-run"), asked.settings),
  });

export const useRunImport = () =>
  useMutation({
    mutationFn: (asked: { importId: string; settings: ImportSettings }) =>
      request<{ job?: string }>("POST", at(asked.importId, "/run"), asked.settings),
  });

/** Goes on where a run gave up, set up as it was. */
export const useResumeImport = () =>
  useMutation({
    mutationFn: (importId: string) => request<{ job?: string }>("POST", at(importId, "/run")),
  });

const BUSY = new Set(["checking", "running"]);

/** Asks again every second while the job works. */
export const useImport = (importId: string | null, watch: boolean) =>
  useQuery({
    queryKey: ["import", importId],
    queryFn: () => request<ImportState>("GET", at(importId ?? "")),
    enabled: importId !== null && watch,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data && !BUSY.has(query.state.data.state) ? false : 800),
  });

export const errorSheetUrl = (importId: string): string => at(importId, "/errors.xlsx");

export const useUndoImport = () => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (importId: string) => request<null>("POST", at(importId, "/undo"), {}),
    onSuccess: () => {
      void refresh();
    },
  });
};
