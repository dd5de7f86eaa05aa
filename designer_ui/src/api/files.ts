/** Files go up one by one and come down only through the record that holds them. */

import type { FileRef } from "../shared/host";
import { request } from "./client";

export const uploadFile = (file: File): Promise<FileRef> => {
  const body = new FormData();
  body.append("file", file);
  return request<FileRef>("POST", "/api/files", body);
};

export const fileUrl = (
  file: string,
  where: { form: string; recordId: string | null; field: string },
  thumb = false,
): string => {
  const query = new URLSearchParams({ form: where.form, field: where.field });
  if (where.recordId) query.set("record", where.recordId);
  if (thumb) query.set("thumb", "1");
  return `/api/files/${encodeURIComponent(file)}?${query}`;
};
