/** Values of formulas in the browser. Blank is null. Moments are small objects, so that no type is mistaken for text. */

import { Decimal } from "./number";

/** A day, as days since 1970-01-01 in the proleptic Gregorian calendar. */
export class Day {
  readonly n: number;
  constructor(n: number) {
    this.n = n;
  }
}

/** A point in time, microseconds since 1970-01-01T00:00Z (exact up to the year 9999 as a bigint). */
export class Instant {
  readonly us: bigint;
  constructor(us: bigint) {
    this.us = us;
  }
}

/** A time of day, microseconds since midnight. */
export class Clock {
  readonly us: number;
  constructor(us: number) {
    this.us = us;
  }
}

/** A length of time in microseconds. */
export class Span {
  readonly us: bigint;
  constructor(us: bigint) {
    this.us = us;
  }
}

/** A stretch of days or instants, both ends belonging to it; null is open. */
export class Range {
  readonly start: Day | Instant | null;
  readonly end: Day | Instant | null;
  constructor(start: Day | Instant | null, end: Day | Instant | null) {
    this.start = start;
    this.end = end;
  }
}

/** A row or a structured value, read field by field. */
export interface Row {
  readonly [key: string]: Value;
}

export type Value =
  | Decimal
  | string
  | boolean
  | Day
  | Instant
  | Clock
  | Span
  | Range
  | Row
  | readonly Value[]
  | null;

export const isDecimal = (value: unknown): value is Decimal => Decimal.isDecimal(value);

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export const isRow = (value: Value): value is Row =>
  value !== null &&
  typeof value === "object" &&
  !isList(value) &&
  !isDecimal(value) &&
  !(
    value instanceof Day ||
    value instanceof Instant ||
    value instanceof Clock ||
    value instanceof Span ||
    value instanceof Range
  );
