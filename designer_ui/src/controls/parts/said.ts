/** Layout and display kinds: they arrange or say something, and hold no value. */

import type { Json } from "../../shared/json";
import type { Words } from "../../shared/words";

export interface Pane {
  key: string;
  title?: Words;
  items?: string[];
  visible_if?: Json;
}

export interface PanesConfig {
  panes?: Pane[];
  one_open?: boolean;
  check_each?: boolean;
}
