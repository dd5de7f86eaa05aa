/** A failed operation on its way up; `evaluate`, IFERROR and ISERROR catch it. */
export class Failure extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export const NOT_HERE = "formula.not_here";

/** What only the server can work out. Not an error value: IFERROR must not take it for one. */
export class NotHere extends Error {
  readonly code = NOT_HERE;
}

export const fail = (code: string): never => {
  throw new Failure(code);
};

export const notHere = (): never => {
  throw new NotHere();
};
