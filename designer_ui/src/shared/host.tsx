/** What a control may ask of the app around it: pick lists, uploads, links. Controls never fetch. */

import { createContext, useContext } from "react";
import type { Json, Values } from "./json";
import type { Lang, Words } from "./words";

export interface LinkOption {
  id: string;
  label: string;
  detail?: string;
  /** In a tree: how deep it stands. */
  depth?: number;
  disabled?: boolean;
}

export interface FileRef {
  readonly [key: string]: Json;
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly mime: string;
}

export interface ControlHost {
  lang: Lang;
  /** IANA zone of the branch, for example "Asia/Shanghai". */
  zone: string;
  me: { id: string; name: string };
  branches: readonly { id: string; name: string }[];
  say: (words: Words | string | null | undefined) => string;
  /** Choices of a link, person or branch field; `form` is the form that has the field. */
  /** `values`: the record so far, for fields whose choices depend on others (`config.filter_reads`). */
  searchOptions: (form: string, field: string, query: string, values?: Values) => Promise<LinkOption[]>;
  upload: (file: File) => Promise<FileRef>;
  fileUrl: (
    file: string,
    at: { form: string; recordId: string | null; field: string },
    thumb?: boolean,
  ) => string;
  /** Opens a record in the drawer. */
  openRecord: (form: string, recordId: string) => void;
  /** Offers to create a record of `form` and gives its id and label, or null. */
  createRecord: (form: string) => Promise<LinkOption | null>;
}

const HostContext = createContext<ControlHost | null>(null);

export const ControlHostProvider = HostContext.Provider;

export const useControlHost = (): ControlHost => {
  const host = useContext(HostContext);
  if (!host) throw new Error("A control is drawn outside ControlHostProvider");
  return host;
};
