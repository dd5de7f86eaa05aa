/** Light, dark or as the system; and the brand before anyone has signed in. */

import { createContext } from "react";
import type { Mode } from "./theme";

export type ThemeChoice = Mode | "system";

const STORED = "clinicraft.theme";

export const keptTheme = (): ThemeChoice => {
  const kept = localStorage.getItem(STORED);
  return kept === "light" || kept === "dark" ? kept : "system";
};

/** True on a device where nobody has chosen yet. */
export const isThemeOpen = (): boolean => localStorage.getItem(STORED) === null;

export const keepTheme = (choice: ThemeChoice): void => localStorage.setItem(STORED, choice);

export const ThemeContext = createContext<{
  choice: ThemeChoice;
  mode: Mode;
  /** Nobody has chosen on this device: what the person chose elsewhere holds. */
  isFirst: boolean;
  choose: (choice: ThemeChoice) => void;
  /** Paper is white, whatever the screen is: for as long as something is printed. */
  setPaper: (isPaper: boolean) => void;
}>({
  choice: "system",
  mode: "light",
  isFirst: false,
  choose: () => undefined,
  setPaper: () => undefined,
});

export const BrandContext = createContext<(brand: string | null) => void>(() => undefined);
