/** Uploads, one by one, checked for size and type before they leave. */

import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatSize } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { FilesConfig, FilesValue } from "../parts/files";

const fits = (mime: string, patterns: readonly string[]): boolean =>
  patterns.some(
    (pattern) => pattern === mime || (pattern.endsWith("*") && mime.startsWith(pattern.slice(0, -1))),
  );

const FilesInput = ({
  id,
  value,
  config,
  field,
  form,
  recordId,
  disabled,
  onChange,
}: InputProps<FilesValue, FilesConfig>) => {
  const { upload, fileUrl, say } = useControlHost();
  const { t } = useTranslation();
  const pick = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(0);
  const [wrong, setWrong] = useState<string[]>([]);
  const files = value ?? [];
  const most = config.max_count ?? 9;
  const add = async (chosen: readonly File[]) => {
    const problems: string[] = [];
    const kept = [...files];
    setWrong([]);
    for (const file of chosen) {
      if (kept.length >= most) problems.push(t("ctl.tooManyFiles", { max: most }));
      else if (config.max_mb && file.size > config.max_mb * 1e6)
        problems.push(t("ctl.fileTooLarge", { name: file.name, max: config.max_mb }));
      else if (config.types && file.type && !fits(file.type, config.types))
        problems.push(t("ctl.fileWrongType", { name: file.name }));
      else {
        setBusy((count) => count + 1);
        try {
          kept.push(await upload(file));
        } catch (failure) {
          problems.push(
            t("ctl.uploadFailed", { name: file.name, why: failure instanceof Error ? failure.message : "" }),
          );
        }
        setBusy((count) => count - 1);
      }
    }
    setWrong([...new Set(problems)]);
    if (kept.length > files.length) onChange(kept);
  };
  const at = { form, recordId, field: field.key };
  return (
    <div
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (!disabled) void add([...event.dataTransfer.files]);
      }}
      onPaste={(event) => {
        if (!disabled && event.clipboardData.files.length) void add([...event.clipboardData.files]);
      }}
    >
      <div className="ctl-row">
        {files.map((file) => (
          <span key={file.id} className="ctl-chip">
            {(file.mime ?? "").startsWith("image/") ? (
              <img src={fileUrl(file.id, at, true)} alt="" width={24} height={24} />
            ) : null}
            <span className="ctl-clip" style={{ maxWidth: 200 }}>
              {file.name}
            </span>
            <span className="ctl-quiet">{formatSize(file.size ?? 0)}</span>
            {disabled ? null : (
              <button
                type="button"
                className="ctl-link"
                aria-label={t("ctl.removeNamed", { name: file.name })}
                onClick={() => onChange(files.length > 1 ? files.filter((one) => one.id !== file.id) : null)}
              >
                ×
              </button>
            )}
          </span>
        ))}
        <Button
          size="small"
          loading={busy > 0}
          disabled={disabled || files.length >= most}
          aria-label={`${t("ctl.upload")} ${say(field.label)}`}
          onClick={() => pick.current?.click()}
        >
          {t("ctl.upload")}
        </Button>
        <input
          id={id}
          ref={pick}
          type="file"
          hidden
          multiple={most > 1}
          accept={config.types?.join(",")}
          {...(config.camera_only ? { capture: "environment" as const } : {})}
          aria-label={say(field.label)}
          onChange={(event) => {
            void add([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
      </div>
      {wrong.map((words) => (
        <div key={words} className="ctl-off" role="alert">
          {words}
        </div>
      ))}
    </div>
  );
};

export default FilesInput;
