/** Undo and redo of a value that lives outside. */

import { useRef, useState } from "react";

export interface History<T> {
  canUndo: boolean;
  canRedo: boolean;
  commit: (next: T) => void;
  undo: () => void;
  redo: () => void;
}

const MOST = 100;

export const useHistory = <T>(value: T, onChange: (next: T) => void): History<T> => {
  const past = useRef<T[]>([]);
  const future = useRef<T[]>([]);
  const [, redraw] = useState(0);
  const step = (from: T[], to: T[]) => {
    const next = from.pop();
    if (next === undefined) return;
    to.push(value);
    onChange(next);
    redraw((count) => count + 1);
  };
  return {
    canUndo: past.current.length > 0,
    canRedo: future.current.length > 0,
    commit: (next) => {
      if (next === value) return;
      past.current = [...past.current, value].slice(-MOST);
      future.current = [];
      onChange(next);
    },
    undo: () => step(past.current, future.current),
    redo: () => step(future.current, past.current),
  };
};
