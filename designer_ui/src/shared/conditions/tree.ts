/** Reads the part of the formula language that a condition is built of; anything else is left to who writes formulas. */

export type Tree =
  | { kind: "text" | "number" | "field"; value: string }
  | { kind: "word"; value: boolean | null }
  | { kind: "list"; args: Tree[] }
  /** Functions by name; `AND`, `OR` and `NOT` written as words are calls too, comparisons are calls of `=`, `<` … `in`. */
  | { kind: "call"; name: string; args: Tree[] };

interface Token {
  kind: "number" | "text" | "field" | "name" | "sign";
  value: string;
}

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d*)?|\.\d+)|"(?<text>(?:[^"]|"")*)"|\{(?<field>[^{}]*)\}|(?<name>[A-Za-z_]\w*)|(?<sign><=|>=|<>|[(),=<>-]))/uy;
const COMPARISONS = new Set(["=", "<>", "<", "<=", ">", ">="]);
const WORDS: { readonly [word: string]: boolean | null } = {
  TRUE: true,
  FALSE: false,
  NULL: null,
  BLANK: null,
};
const MOST_DEPTH = 50;

class NotRead extends Error {}

const cut = (text: string): Token[] => {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) throw new NotRead();
    const kind = (["number", "text", "field", "name", "sign"] as const).find(
      (one) => groups[one] !== undefined,
    );
    if (!kind) throw new NotRead();
    const value = groups[kind] ?? "";
    found.push({ kind, value: kind === "text" ? value.replaceAll('""', '"') : value.trim() });
  }
  return found;
};

const joined = (name: string, args: Tree[]): Tree =>
  args.length === 1 && args[0] ? args[0] : { kind: "call", name, args };

class Reader {
  #at = 0;
  #depth = 0;
  constructor(readonly tokens: readonly Token[]) {}

  whole(): Tree {
    const found = this.#either();
    if (this.#at < this.tokens.length) throw new NotRead();
    return found;
  }

  #sign(value: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== "sign" || token.value !== value) return false;
    this.#at += 1;
    return true;
  }

  #word(value: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== "name" || token.value.toUpperCase() !== value) return false;
    this.#at += 1;
    return true;
  }

  #needs(value: string): void {
    if (!this.#sign(value)) throw new NotRead();
  }

  #either(): Tree {
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) throw new NotRead();
    const args = [this.#both()];
    while (this.#word("OR")) args.push(this.#both());
    this.#depth -= 1;
    return joined("OR", args);
  }

  #both(): Tree {
    const args = [this.#negated()];
    while (this.#word("AND")) args.push(this.#negated());
    return joined("AND", args);
  }

  #negated(): Tree {
    const next = this.tokens[this.#at + 1];
    const isCall = next?.kind === "sign" && next.value === "(";
    if (!isCall && this.#word("NOT")) return { kind: "call", name: "NOT", args: [this.#negated()] };
    return this.#compared();
  }

  #compared(): Tree {
    const left = this.#atom();
    const token = this.tokens[this.#at];
    if (token?.kind === "sign" && COMPARISONS.has(token.value)) {
      this.#at += 1;
      return { kind: "call", name: token.value, args: [left, this.#atom()] };
    }
    if (this.#word("IN")) return { kind: "call", name: "in", args: [left, this.#atom()] };
    if (!this.#word("NOT")) return left;
    if (!this.#word("IN")) throw new NotRead();
    return { kind: "call", name: "not in", args: [left, this.#atom()] };
  }

  #atom(): Tree {
    if (this.#sign("-")) {
      const token = this.tokens[this.#at++];
      if (token?.kind !== "number") throw new NotRead();
      return { kind: "number", value: `-${token.value}` };
    }
    if (this.#sign("(")) {
      const args = this.#until();
      return args.length === 1 && args[0] ? args[0] : { kind: "list", args };
    }
    const token = this.tokens[this.#at++];
    if (token === undefined || token.kind === "sign") throw new NotRead();
    if (token.kind !== "name") return { kind: token.kind, value: token.value };
    const name = token.value.toUpperCase();
    if (this.#sign("(")) {
      const args = this.#sign(")") ? [] : this.#until();
      return name === "LIST" ? { kind: "list", args } : { kind: "call", name, args };
    }
    const word = WORDS[name];
    if (word === undefined) throw new NotRead();
    return { kind: "word", value: word };
  }

  #until(): Tree[] {
    const args = [this.#either()];
    while (this.#sign(",")) args.push(this.#either());
    this.#needs(")");
    return args;
  }
}

/** The tree of a formula; null for what goes beyond fields, values, comparisons and calls. */
export const treeOf = (text: string): Tree | null => {
  try {
    return new Reader(cut(text)).whole();
  } catch (error) {
    if (error instanceof NotRead) return null;
    throw error;
  }
};
