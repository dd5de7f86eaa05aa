/** What a condition is about. */

import type { Values } from "../../api/types";
import { asText } from "../../shared/json";

export interface FilterConfig {
  of?: string;
  of_field?: string;
}

/** The form whose records a condition is about; null where nothing says so. */
export const formOf = (config: FilterConfig, record?: Values): string | null =>
  (config.of_field ? asText(record?.[config.of_field]) : config.of) || null;
