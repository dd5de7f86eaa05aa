/** What screens may ask of the frame: open a record beside the list, start a new one. */

import { createContext, useContext } from "react";
import type { LinkOption } from "../../shared/host";
import type { Values } from "../../shared/json";

export interface NewRecord {
  form: string;
  preset?: Values;
  onDone?: (made: LinkOption | null) => void;
}

export interface Frame {
  /** Opens the drawer; `sequence` is what previous and next walk through; "edit" begins with the form. */
  openRecord: (form: string, recordId: string, sequence?: readonly string[], how?: "edit") => void;
  closeRecord: () => void;
  openNew: (wanted: NewRecord) => void;
  openPalette: () => void;
  /** The record in the drawer, or null. */
  opened: { form: string; recordId: string; isEdit: boolean } | null;
  sequence: readonly string[];
}

const FrameContext = createContext<Frame | null>(null);

export const FrameProvider = FrameContext.Provider;

export const useFrame = (): Frame => {
  const frame = useContext(FrameContext);
  if (!frame) throw new Error("A screen is drawn outside the frame");
  return frame;
};
