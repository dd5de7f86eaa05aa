/** Files: thumbnails or names in lists, uploads in forms. */

import { lazy } from "react";
import { formatSize } from "../../shared/format";
import { type FileRef, useControlHost } from "../../shared/host";
import type { CellProps, ControlView, DetailProps } from "../../shared/kinds";
import "../controls.css";

export interface FilesConfig {
  max_count?: number;
  max_mb?: number;
  types?: string[];
  camera_only?: boolean;
}
export type FilesValue = readonly FileRef[];

const isImage = (file: FileRef): boolean => (file.mime ?? "").startsWith("image/");

const Names = ({ value }: CellProps<FilesValue, FilesConfig>) => (
  <span className="ctl-clip">{(value ?? []).map((file) => file.name).join("、")}</span>
);

const Full = ({ value, field, form, recordId }: DetailProps<FilesValue, FilesConfig>) => {
  const { fileUrl } = useControlHost();
  const at = { form, recordId, field: field.key };
  return (
    <span className="ctl-thumbs ctl-thumbs-large">
      {(value ?? []).map((file) => {
        const url = fileUrl(file.id, at);
        if (isImage(file))
          return (
            <a key={file.id} href={url} target="_blank" rel="noopener noreferrer" title={file.name}>
              <img src={fileUrl(file.id, at, true)} alt={file.name} loading="lazy" />
            </a>
          );
        if ((file.mime ?? "").startsWith("audio/"))
          return (
            <audio key={file.id} controls preload="none" src={url} aria-label={file.name}>
              <track kind="captions" />
            </audio>
          );
        if ((file.mime ?? "").startsWith("video/"))
          return (
            <video key={file.id} controls preload="none" src={url} height={160} aria-label={file.name}>
              <track kind="captions" />
            </video>
          );
        return (
          <a key={file.id} href={url} target="_blank" rel="noopener noreferrer" className="ctl-chip">
            {file.name} <span className="ctl-quiet">{formatSize(file.size ?? 0)}</span>
          </a>
        );
      })}
    </span>
  );
};

export const filesView = (kind: string): ControlView<FilesValue, FilesConfig> => ({
  kind,
  Input: lazy(() => import("../heavy/FilesInput")),
  Cell: Names,
  Detail: Full,
  structured: true,
  wide: true,
});
