/** What notes add to a cell: a mark beside its title and a line in its menu. A cell of my own board has those of where it comes from. */

import CommentOutlined from "@ant-design/icons/CommentOutlined";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CellAction } from "./CellCard";
import type { CellPart, Dashboard } from "./contract";
import { Notes } from "./Notes";

export const useCellNotes = (
  dashboard: Dashboard,
): ((part: CellPart) => { mark: ReactNode; actions: CellAction[] }) => {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  return (part) => ({
    mark: (
      <Notes
        dashboard={part.from?.dashboard ?? dashboard.key}
        cell={part.from?.cell ?? part.key}
        isOpen={open === part.key}
        onOpen={(isOpen) => setOpen(isOpen ? part.key : null)}
      />
    ),
    actions: [
      {
        key: "note",
        label: t("dashboard.keepNote"),
        icon: <CommentOutlined />,
        run: () => setOpen(part.key),
      },
    ],
  });
};
