/** Prints the page as paper wants it: white, without the frame, as wide as a sheet; charts are drawn anew for it first. */

import { useCallback, useContext, useEffect } from "react";
import { ThemeContext } from "../../shared/themeChoice";

/** Until the charts have drawn themselves in their new size and colours. */
const REDRAW_MS = 700;
const PAPER = "is-paper";
/** How much of a page fits on a sheet, in pixels. */
const SHEET = 660;

/** Tables wider than a sheet are made smaller, so that no column is cut off; scrolled ones show every row. */
const fitTables = (): void => {
  for (const frame of document.querySelectorAll<HTMLElement>(".chart-scroll")) {
    const table = frame.querySelector<HTMLElement>("table");
    if (!table) continue;
    table.style.zoom = "";
    const share = frame.clientWidth / Math.max(1, frame.scrollWidth);
    if (share < 1) table.style.zoom = String(Math.floor(share * 100) / 100);
  }
  for (const spot of document.querySelectorAll<HTMLElement>(".dash-board-spot"))
    spot.classList.toggle("is-whole", spot.offsetHeight < SHEET);
};

const unfitTables = (): void => {
  for (const table of document.querySelectorAll<HTMLElement>(".chart-scroll table")) table.style.zoom = "";
};

export const usePrint = (): (() => void) => {
  const { setPaper } = useContext(ThemeContext);
  const restore = useCallback(() => {
    document.documentElement.classList.remove(PAPER);
    unfitTables();
    setPaper(false);
  }, [setPaper]);
  useEffect(() => {
    // Printed by the browser's own menu: no time to draw anew, but without the frame.
    const prepare = (): void => {
      document.documentElement.classList.add(PAPER);
      fitTables();
    };
    window.addEventListener("beforeprint", prepare);
    window.addEventListener("afterprint", restore);
    return () => {
      window.removeEventListener("beforeprint", prepare);
      window.removeEventListener("afterprint", restore);
      restore();
    };
  }, [restore]);
  return useCallback(() => {
    document.documentElement.classList.add(PAPER);
    setPaper(true);
    setTimeout(() => window.print(), REDRAW_MS);
  }, [setPaper]);
};
