/** Choose or drop a spreadsheet. */

import InboxOutlined from "@ant-design/icons/InboxOutlined";
import { Alert, Button, Spin } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { useUploadImport } from "../../api/imports";
import type { ImportUpload } from "../../api/types";
import { useLang } from "../../shared/useLang";

export const UploadStep = ({
  form,
  onDone,
}: {
  form: string;
  onDone: (file: File, upload: ImportUpload) => void;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const upload = useUploadImport(form);
  const take = (file: File | undefined) => {
    if (file) upload.mutate({ file }, { onSuccess: (answer) => onDone(file, answer) });
  };
  return (
    <div className="import-box">
      <div
        className={isOver ? "dropzone dropzone-on" : "dropzone"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files[0]);
        }}
      >
        {upload.isPending ? <Spin /> : <InboxOutlined className="dropzone-icon" aria-hidden />}
        <p>{upload.isPending ? t("import.reading") : t("import.drop")}</p>
        <Button type="primary" disabled={upload.isPending} onClick={() => input.current?.click()}>
          {t("import.choose")}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".xlsx,.xls,.csv,.txt"
          hidden
          aria-label={t("import.choose")}
          onChange={(event) => take(event.target.files?.[0])}
        />
        <p className="hint">{t("import.kinds")}</p>
      </div>
      {upload.error ? <Alert type="error" showIcon title={wordsOf(upload.error, lang)} /> : null}
    </div>
  );
};
