/** Keyboard: one listener, one table of keys; typing in a field never fires a letter shortcut. */

import { useEffect, useRef } from "react";

export interface Shortcut {
  /** "/", "n", "j", "mod+k", "Escape" */
  keys: string;
  run: (event: KeyboardEvent) => void;
}

/** Inputs that take no letters. */
const PRESSED = new Set(["checkbox", "radio", "button", "submit", "file", "range", "color"]);

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  !(target instanceof HTMLInputElement && PRESSED.has(target.type)) &&
  (target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest("[role=combobox]") !== null);

const isModal = (): boolean =>
  [...document.querySelectorAll<HTMLElement>(".ant-modal-wrap")].some(
    (wrap) => wrap.style.display !== "none",
  );

/** "mod+k" for ⌘K and Ctrl+K; a bare letter only without modifiers. */
export const keyOf = (event: KeyboardEvent): string => {
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "shift+" : "";
  return `${mod}${shift}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
};

export const useShortcuts = (shortcuts: readonly Shortcut[], isOn = true): void => {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    if (!isOn) return;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const key = keyOf(event);
      if (!key.startsWith("mod+") && (isTyping(event.target) || isModal())) return;
      const found = latest.current.find((shortcut) => shortcut.keys === key);
      if (!found) return;
      event.preventDefault();
      found.run(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [isOn]);
};
