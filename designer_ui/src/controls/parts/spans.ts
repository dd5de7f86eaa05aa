/** Ranges: from and to. */

export interface Span {
  from: string | null;
  to: string | null;
}
