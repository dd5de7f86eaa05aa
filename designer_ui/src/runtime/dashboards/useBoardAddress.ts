/** What a reader has done to a board, kept in the address as well: it can be shared and come back to. */

import { useCallback, useState } from "react";
import { useSearchParams } from "react-router";
import type { Board } from "./board";
import { addressOf, boardAt } from "./boardUrl";
import type { Dashboard } from "./contract";

export interface BoardAddress {
  /** As the address said when the screen was opened. */
  readonly start: Board;
  readonly board: Board;
  readonly onBoard: (next: Board) => void;
}

export const useBoardAddress = (dashboard: Dashboard): BoardAddress => {
  const [params, setParams] = useSearchParams();
  const [start] = useState(() => boardAt(dashboard, params));
  const [board, setBoard] = useState(start);
  const onBoard = useCallback(
    (next: Board) => {
      setBoard(next);
      setParams(
        (old) => {
          const address = addressOf(dashboard, next, old);
          return address.toString() === old.toString() ? old : address;
        },
        { replace: true },
      );
    },
    [dashboard, setParams],
  );
  return { start, board, onBoard };
};
