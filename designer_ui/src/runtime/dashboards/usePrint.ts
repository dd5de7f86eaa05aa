/** Prints the page as paper wants it: white, without the frame, as wide as a sheet; charts are drawn anew for it first. */

import { useCallback, useContext, useEffect } from "react";
import { ThemeContext } from "../../shared/themeChoice";

/** Until the charts have drawn themselves in their new size and colours. */
const REDRAW_MS = 700;
const PAPER = "is-paper";

export const usePrint = (): (() => void) => {
  const { setPaper } = useContext(ThemeContext);
  const restore = useCallback(() => {
    document.documentElement.classList.remove(PAPER);
    setPaper(false);
  }, [setPaper]);
  useEffect(() => {
    // Printed by the browser's own menu: no time to draw anew, but without the frame.
    const prepare = (): void => document.documentElement.classList.add(PAPER);
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
