/** A button inside a form asks the page around it to run one of the form's actions. */

import type { Words } from "../../shared/words";

const ACTION_EVENT = "clinicraft:action";

export interface ActionAsked {
  action: string;
  /** What to ask first; null where the action itself says. */
  confirm: Words | null;
}

export const askFor = (from: HTMLElement, asked: ActionAsked): void => {
  from.dispatchEvent(new CustomEvent(ACTION_EVENT, { bubbles: true, detail: asked }));
};

const isAsked = (detail: unknown): detail is ActionAsked =>
  typeof detail === "object" && detail !== null && "action" in detail && typeof detail.action === "string";

/** Hears the buttons inside `page`; returns how to stop. */
export const onAsked = (page: HTMLElement, hear: (asked: ActionAsked) => void): (() => void) => {
  const listen = (event: Event) => {
    if (event instanceof CustomEvent && isAsked(event.detail)) hear(event.detail);
  };
  page.addEventListener(ACTION_EVENT, listen);
  return () => page.removeEventListener(ACTION_EVENT, listen);
};
