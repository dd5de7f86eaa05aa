/** Reads patterns of RE2 into a tree. What RE2 refuses is an error value; what it knows and we do not is the server's. */

import { fail, notHere } from "../failure";

export type Test = (code: number) => boolean;

export type Part =
  | { kind: "char"; test: Test }
  | { kind: "assert"; what: "start" | "end" | "word" | "notWord" }
  | { kind: "sequence" | "choice"; parts: Part[] }
  | { kind: "group"; part: Part; index: number }
  | { kind: "repeat"; part: Part; least: number; most: number; isGreedy: boolean };

const bad = (): never => fail("formula.bad_pattern");

const inRange =
  (from: number, to: number): Test =>
  (code) =>
    code >= from && code <= to;

const anyOf =
  (tests: readonly Test[]): Test =>
  (code) =>
    tests.some((test) => test(code));

const not =
  (test: Test): Test =>
  (code) =>
    !test(code);

const SPACES = new Set([9, 10, 12, 13, 32]);
const isDigit = inRange(48, 57);
export const isWord: Test = anyOf([isDigit, inRange(65, 90), inRange(97, 122), (code) => code === 95]);
const CLASSES: Readonly<Record<string, Test>> = { d: isDigit, w: isWord, s: (code) => SPACES.has(code) };
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const MOST_REPEATS = 1000;
const PUNCTUATION = /^[!-/:-@[-`{-~]$/;

const exactly =
  (wanted: number): Test =>
  (code) =>
    code === wanted;

class Reader {
  readonly text: string[];
  at = 0;
  groups = 0;

  constructor(pattern: string) {
    this.text = [...pattern];
  }

  get next(): string {
    return this.text[this.at] ?? "";
  }

  takes(wanted: string): boolean {
    if (this.text.slice(this.at, this.at + wanted.length).join("") !== wanted) return false;
    this.at += wanted.length;
    return true;
  }

  choice(depth = 0): Part {
    if (depth > 200) return notHere();
    const parts = [this.sequence(depth)];
    while (this.takes("|")) parts.push(this.sequence(depth));
    return { kind: "choice", parts };
  }

  sequence(depth: number): Part {
    const parts: Part[] = [];
    while (this.at < this.text.length && this.next !== "|" && this.next !== ")") {
      const isFirst = this.repeated();
      if (isFirst) bad();
      let part = this.one(depth);
      let many = this.repeated();
      if (many) part = { kind: "repeat", part, ...many };
      many = this.repeated();
      if (many) bad();
      parts.push(part);
    }
    return { kind: "sequence", parts };
  }

  /** How often the part before comes; null where nothing is said. */
  repeated(): { least: number; most: number; isGreedy: boolean } | null {
    const counts = this.counts();
    if (!counts) return null;
    const [least, most] = counts;
    if (least > MOST_REPEATS || (most !== Infinity && (most > MOST_REPEATS || most < least))) bad();
    return { least, most, isGreedy: !this.takes("?") };
  }

  counts(): [number, number] | null {
    if (this.takes("*")) return [0, Infinity];
    if (this.takes("+")) return [1, Infinity];
    if (this.takes("?")) return [0, 1];
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.text.slice(this.at, this.at + 12).join(""));
    if (!found) return null;
    this.at += found[0].length;
    const least = Number(found[1]);
    return [least, found[2] === undefined ? least : found[3] ? Number(found[3]) : Infinity];
  }

  one(depth: number): Part {
    if (this.takes("(")) return this.group(depth);
    if (this.takes("[")) return { kind: "char", test: this.set() };
    if (this.takes(".")) return { kind: "char", test: (code) => code !== 10 };
    if (this.takes("^")) return { kind: "assert", what: "start" };
    if (this.takes("$")) return { kind: "assert", what: "end" };
    if (this.takes("\\")) return this.escaped();
    const code = this.next.codePointAt(0) ?? 0;
    this.at++;
    return { kind: "char", test: exactly(code) };
  }

  group(depth: number): Part {
    let index = 0;
    if (this.takes("?")) {
      if (/[=!]/.test(this.next) || (this.next === "<" && /[=!]/.test(this.text[this.at + 1] ?? ""))) bad();
      if (!this.takes(":")) return notHere();
    } else index = ++this.groups;
    const part = this.choice(depth + 1);
    if (!this.takes(")")) bad();
    return index ? { kind: "group", part, index } : part;
  }

  escaped(): Part {
    const asserts = { b: "word", B: "notWord", A: "start", z: "end" } as const;
    const name = this.next;
    if (name === "b" || name === "B" || name === "A" || name === "z") {
      this.at++;
      return { kind: "assert", what: asserts[name] };
    }
    return { kind: "char", test: this.escapedTest().test };
  }

  /** A class or a single character after a backslash; `code` of a single one, for ranges. */
  escapedTest(): { test: Test; code: number | null } {
    const name = this.next;
    if (!name) bad();
    this.at++;
    const inner = CLASSES[name.toLowerCase()];
    if (inner && /[dDwWsS]/.test(name)) return { test: /[DWS]/.test(name) ? not(inner) : inner, code: null };
    if (name === "p" || name === "P") return { test: this.property(name === "P"), code: null };
    const control = CONTROLS[name];
    if (control !== undefined) return { test: exactly(control), code: control };
    if (name === "x" || name === "Q" || name === "C" || /[0-7]/.test(name)) {
      return /[1-9]/.test(name) ? bad() : notHere();
    }
    if (!PUNCTUATION.test(name)) return bad();
    const code = name.codePointAt(0) ?? 0;
    return { test: exactly(code), code };
  }

  property(isNot: boolean): Test {
    const found = /^(?:\{([A-Za-z]+)\}|([A-Z]))/.exec(this.text.slice(this.at, this.at + 40).join(""));
    if (!found) return notHere();
    this.at += found[0].length;
    const name = found[1] ?? found[2] ?? "";
    const category = name.length <= 2 ? name : `Script=${name}`;
    try {
      const inside = new RegExp(`\\p{${category}}`, "u");
      return (code) => inside.test(String.fromCodePoint(code)) !== isNot;
    } catch {
      return bad();
    }
  }

  set(): Test {
    const isNot = this.takes("^");
    const tests: Test[] = [];
    for (let isFirst = true; isFirst || this.next !== "]"; isFirst = false) {
      if (this.at >= this.text.length) bad();
      if (this.next === "[" && this.text[this.at + 1] === ":") return notHere();
      const from = this.member();
      if (this.next === "-" && this.text[this.at + 1] !== "]" && from.code !== null) {
        this.at++;
        const to = this.member();
        if (to.code === null || to.code < from.code) bad();
        tests.push(inRange(from.code, to.code ?? 0));
      } else tests.push(from.test);
    }
    this.at++;
    const test = anyOf(tests);
    return isNot ? not(test) : test;
  }

  member(): { test: Test; code: number | null } {
    if (this.takes("\\")) return this.escapedTest();
    const code = this.next.codePointAt(0) ?? bad();
    this.at++;
    return { test: exactly(code), code };
  }
}

export const parse = (pattern: string): { root: Part; groups: number } => {
  const reader = new Reader(pattern);
  const root = reader.choice();
  if (reader.at < reader.text.length) bad();
  return { root, groups: reader.groups };
};
