/** A dashboard or report as a file, with the filters as they stand. */

import DownloadOutlined from "@ant-design/icons/DownloadOutlined";
import { useMutation } from "@tanstack/react-query";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { requestRaw } from "../../api/client";
import { fetchJob } from "../../api/records";
import { useNotify } from "../../shared/useNotify";
import type { Board } from "./board";

export const FORMATS = ["xlsx", "csv", "pdf", "png"] as const;

const POLL_MS = 1_500;
const MOST_POLLS = 400;
const KEPT_MS = 60_000;

const nameIn = (disposition: string | null): string => {
  const found = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  return found ? decodeURIComponent(found) : "";
};

/** The answer that holds the file: at once, or once its job is done. */
const fetched = async (first: Response, t: (key: string) => string): Promise<Response> => {
  if (first.status !== 202) return first;
  const { job }: { job: string } = await first.json();
  for (let turn = 0; turn < MOST_POLLS; turn += 1) {
    const { state } = await fetchJob(job);
    if (state === "failed") throw new Error(t("export.failed"));
    if (state === "done") return requestRaw("GET", `/api/report-exports/${encodeURIComponent(job)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(t("export.slow"));
};

const save = (file: Blob, name: string): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Browsers read the file after the click has been answered.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
};

/** Makes a file of a dashboard or report, or of one of its charts, and saves it. */
export const useExporting = (kind: "dashboards" | "reports", wanted: string, board: Board) => {
  const path = `/api/${kind}/${encodeURIComponent(wanted)}`;
  const { t } = useTranslation();
  const notify = useNotify();
  return useMutation({
    mutationFn: async ({ format, cell }: { format: string; cell?: string }) => {
      const asked = { format, filters: board.filters, ...(cell ? { cell } : {}) };
      const first = await requestRaw("POST", `${path}/export`, asked);
      const answer = await fetched(first, (key) => t(key));
      const name = nameIn(answer.headers.get("content-disposition"));
      save(await answer.blob(), name || `export.${format}`);
    },
    onSuccess: () => notify.done(t("export.done")),
    onError: notify.failed,
  });
};

export const ExportMenu = ({
  kind,
  wanted,
  board,
}: {
  kind: "dashboards" | "reports";
  wanted: string;
  board: Board;
}) => {
  const { t } = useTranslation();
  const making = useExporting(kind, wanted, board);
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items: FORMATS.map((format) => ({ key: format, label: t(`dashboard.export_${format}`) })),
        onClick: ({ key }) => making.mutate({ format: key }),
      }}
    >
      <Button
        type="text"
        icon={<DownloadOutlined />}
        loading={making.isPending}
        aria-label={t("dashboard.export")}
        title={t("dashboard.export")}
      />
    </Dropdown>
  );
};
