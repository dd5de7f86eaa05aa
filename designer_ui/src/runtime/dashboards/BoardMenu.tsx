/** What may be done with a whole dashboard: copy it as my own; arrange, rename and delete my own. */

import EllipsisOutlined from "@ant-design/icons/EllipsisOutlined";
import { Button, Dropdown, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import type { Dashboard } from "./contract";
import { copied, type MyBoard } from "./mine";
import { useBoards } from "./useBoards";

const Naming = ({
  start,
  onName,
  onClose,
}: {
  start: string;
  onName: (name: string) => void;
  onClose: () => void;
}) => {
  const { t } = useTranslation();
  const [name, setName] = useState(start);
  const done = (): void => {
    if (name.trim()) onName(name.trim());
  };
  return (
    <Modal
      open
      title={t("dashboard.boardName")}
      okText={t("common.save")}
      cancelText={t("common.cancel")}
      okButtonProps={{ disabled: !name.trim() }}
      onOk={done}
      onCancel={onClose}
    >
      <Input
        aria-label={t("dashboard.boardName")}
        autoFocus
        maxLength={20}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onPressEnter={done}
      />
    </Modal>
  );
};

export const BoardMenu = ({
  dashboard,
  mine,
  onArrange,
  onGo,
}: {
  dashboard: Dashboard;
  mine: MyBoard | undefined;
  onArrange: () => void;
  onGo: (key: string) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { boards, keep } = useBoards();
  const [naming, setNaming] = useState<"copy" | "rename" | null>(null);
  const name = say(dashboard.name);
  const copy = async (as: string): Promise<void> => {
    const board = copied(dashboard, as, boards);
    await keep([...boards, board]);
    onGo(board.key);
  };
  const rename = (as: string): Promise<unknown> =>
    keep(boards.map((one) => (one.key === mine?.key ? { ...one, name: as } : one)));
  const remove = async (): Promise<void> => {
    const before = boards;
    onGo("");
    await keep(boards.filter((one) => one.key !== mine?.key));
    notify.done(t("dashboard.removed", { name }), () => void keep(before).catch(notify.failed));
  };
  const items = [
    ...(mine
      ? [
          { key: "arrange", label: t("dashboard.arrange"), onClick: onArrange },
          { key: "rename", label: t("dashboard.rename"), onClick: () => setNaming("rename") },
        ]
      : []),
    { key: "copy", label: t("dashboard.copy"), onClick: () => setNaming("copy") },
    ...(mine
      ? [
          {
            key: "remove",
            danger: true,
            label: t("dashboard.removeBoard"),
            onClick: () => void remove().catch(notify.failed),
          },
        ]
      : []),
  ];
  return (
    <>
      <Dropdown trigger={["click"]} placement="bottomRight" menu={{ items }}>
        <Button type="text" icon={<EllipsisOutlined />} aria-label={t("dashboard.more")} />
      </Dropdown>
      {naming ? (
        <Naming
          start={naming === "copy" ? t("dashboard.mine") : name}
          onName={(as) => {
            setNaming(null);
            void (naming === "copy" ? copy(as) : rename(as)).catch(notify.failed);
          }}
          onClose={() => setNaming(null)}
        />
      ) : null}
    </>
  );
};
