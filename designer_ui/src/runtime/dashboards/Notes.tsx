/** Notes on one chart: read, written and taken back in place. */

import CommentOutlined from "@ant-design/icons/CommentOutlined";
import { Button, Input, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Note, useNotes, useRemoveNote, useWriteNote } from "../../api/notes";
import { useNotify } from "../../shared/useNotify";
import { useMoment } from "./useMoment";

const MOST_LETTERS = 500;

const Panel = ({ dashboard, cell, notes }: { dashboard: string; cell: string; notes: readonly Note[] }) => {
  const { t } = useTranslation();
  const moment = useMoment();
  const notify = useNotify();
  const write = useWriteNote(dashboard);
  const remove = useRemoveNote(dashboard);
  const [text, setText] = useState("");
  return (
    <div className="dash-notes">
      {notes.length === 0 ? <p>{t("dashboard.noNotes")}</p> : null}
      <ul>
        {notes.map((note) => (
          <li key={note.id}>
            <p>{note.text}</p>
            <small>
              {note.by_name} · {moment(note.at)}
              {note.is_mine ? (
                <Button
                  type="link"
                  size="small"
                  onClick={() => remove.mutate(note.id, { onError: notify.failed })}
                >
                  {t("common.delete")}
                </Button>
              ) : null}
            </small>
          </li>
        ))}
      </ul>
      <Input.TextArea
        value={text}
        maxLength={MOST_LETTERS}
        autoSize={{ minRows: 2, maxRows: 6 }}
        placeholder={t("dashboard.addNote")}
        aria-label={t("dashboard.addNote")}
        onChange={(event) => setText(event.target.value)}
      />
      <Button
        size="small"
        type="primary"
        disabled={!text.trim()}
        loading={write.isPending}
        onClick={() => write.mutate({ cell, text }, { onSuccess: () => setText(""), onError: notify.failed })}
      >
        {t("dashboard.keepNote")}
      </Button>
    </div>
  );
};

/** The mark beside a title; also where the panel opens, for charts without notes as soon as `isOpen` says so. */
export const Notes = ({
  dashboard,
  cell,
  isOpen,
  onOpen,
}: {
  dashboard: string;
  cell: string;
  isOpen: boolean;
  onOpen: (open: boolean) => void;
}) => {
  const { t } = useTranslation();
  const { data } = useNotes(dashboard);
  const notes = (data?.notes ?? []).filter((one) => one.cell === cell);
  if (notes.length === 0 && !isOpen) return null;
  return (
    <Popover
      open={isOpen}
      onOpenChange={onOpen}
      trigger="click"
      placement="bottomLeft"
      destroyOnHidden
      content={<Panel dashboard={dashboard} cell={cell} notes={notes} />}
    >
      <button
        type="button"
        className="dash-cell-notes-mark"
        aria-label={t("dashboard.notes", { count: notes.length })}
      >
        <CommentOutlined />
        {notes.length > 0 ? notes.length : null}
      </button>
    </Popover>
  );
};
