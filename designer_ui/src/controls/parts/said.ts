/** Layout and display kinds: they arrange or say something, and hold no value. */

import type { Words } from "../../shared/words";

export interface PanesConfig {
  panes?: { key: string; title?: Words; items?: string[] }[];
}
