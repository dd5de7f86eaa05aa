/** A dashboard or report as a file, with the filters as they stand. */

import DownloadOutlined from "@ant-design/icons/DownloadOutlined";
import { useMutation } from "@tanstack/react-query";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { requestRaw } from "../../api/client";
import { useNotify } from "../../shared/useNotify";
import type { Board } from "./board";

export const FORMATS = ["xlsx", "csv", "pdf", "png"] as const;

const nameIn = (disposition: string | null): string => {
  const found = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  return found ? decodeURIComponent(found) : "";
};

export const ExportMenu = ({
  path,
  board,
  formats = FORMATS,
}: {
  path: string;
  board: Board;
  formats?: readonly string[];
}) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const making = useMutation({
    mutationFn: async (format: string) => {
      const answer = await requestRaw("POST", `${path}/export`, { format, filters: board.filters });
      return {
        file: await answer.blob(),
        name: nameIn(answer.headers.get("content-disposition")) || `export.${format}`,
      };
    },
    onSuccess: ({ file, name }) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    },
    onError: notify.failed,
  });
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items: formats.map((format) => ({ key: format, label: t(`dashboard.export_${format}`) })),
        onClick: ({ key }) => making.mutate(key),
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
