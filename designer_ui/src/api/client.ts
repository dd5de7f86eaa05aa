/** One way to the server: JSON in, JSON or `ApiError` out. */

import { isArray, isObject } from "../shared/json";
import { type Lang, say } from "../shared/words";
import type { Clash, Problem, ProblemBody } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.problems?.[0]?.message.zh ?? body.title ?? String(body.status));
    this.status = body.status;
    this.body = body;
  }

  get problems(): readonly Problem[] {
    return this.body.problems ?? [];
  }

  get clashes(): readonly Clash[] {
    return this.body.clashes ?? [];
  }

  /** True when nothing answered: the network is down or the server is. */
  get isOffline(): boolean {
    return this.status === 0;
  }
}

/** Return what went wrong in the reader's language, with the next step. */
export const wordsOf = (error: unknown, lang: Lang): string => {
  if (error instanceof ApiError) {
    const first = error.problems[0];
    if (first) {
      const hint = say(first.hint, lang);
      const rest =
        error.problems.length > 1
          ? lang === "zh"
            ? `（共 ${error.problems.length} 处）`
            : ` (${error.problems.length} in all)`
          : "";
      return `${say(first.message, lang)}${rest}${hint ? `${lang === "zh" ? "。" : ". "}${hint}` : ""}`;
    }
    if (error.isOffline)
      return lang === "zh"
        ? "网络连接不上，您填的内容还在，请稍后重试"
        : "No connection. Your input is kept; try again shortly";
    return lang === "zh"
      ? `服务没有完成这一步（${error.status}），请重试`
      : `The server could not finish this step (${error.status}). Try again`;
  }
  return lang === "zh" ? "出了点问题，请重试" : "Something went wrong. Try again";
};

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls `listener` when the server says that the session has ended. */
export const onSignedOut = (listener: Listener): (() => void) => {
  signedOut.add(listener);
  return () => {
    signedOut.delete(listener);
  };
};

const problemBody = (status: number, json: unknown): ProblemBody => {
  if (!isObject(json)) return { status };
  const problems: Problem[] = isArray(json.problems)
    ? json.problems.filter(isObject).map((item) => ({
        code: String(item.code ?? ""),
        path: String(item.path ?? ""),
        message: isObject(item.message)
          ? { zh: String(item.message.zh ?? ""), en: String(item.message.en ?? "") }
          : { zh: String(item.message ?? ""), en: String(item.message ?? "") },
        hint: isObject(item.hint) ? { zh: String(item.hint.zh ?? ""), en: String(item.hint.en ?? "") } : null,
        params: isObject(item.params) ? item.params : {},
      }))
    : [];
  return {
    status,
    title: typeof json.title === "string" ? json.title : "",
    problems,
    clashes: clashesOf(json, problems),
  };
};

/** A clash is told beside the problems or as the params of each of them. */
const clashesOf = (json: { readonly [key: string]: unknown }, problems: readonly Problem[]): Clash[] => {
  const listed = Array.isArray(json.clashes) ? json.clashes : problems.map((item) => item.params ?? {});
  return listed
    .filter(isObject)
    .filter((item) => typeof item.field === "string" && "theirs" in item)
    .map((item) => ({ field: String(item.field), yours: item.yours ?? null, theirs: item.theirs ?? null }));
};

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

declare global {
  interface Window {
    /** What `public/boot.js` asked for before this code was there, by address; each is taken once. */
    clinicraftEarly?: { [path: string]: Promise<Response> };
  }
}

const takeEarly = (method: Method, path: string): Promise<Response> | undefined => {
  const found = method === "GET" ? window.clinicraftEarly?.[path] : undefined;
  if (found) delete window.clinicraftEarly?.[path];
  return found;
};

const send = async (
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> => {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Clinicraft"] = "1";
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await (takeEarly(method, path) ??
      fetch(path, {
        method,
        headers,
        credentials: "same-origin",
        signal: signal ?? null,
        body: isForm ? body : body === undefined ? null : JSON.stringify(body),
      }));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ status: 0 });
  }
  if (answer.ok) return answer;
  const json: unknown = await answer.json().catch(() => null);
  if (answer.status === 401) for (const listener of signedOut) listener();
  throw new ApiError(problemBody(answer.status, json));
};

/** `T` is the contract's shape for this path; the server's OpenAPI file is compared with it in tests. */
export const request = async <T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> => {
  const answer = await send(method, path, body, signal);
  if (answer.status === 204) return JSON.parse("null");
  return answer.json();
};

/** Like `request`, for answers that may be a file. */
export const requestRaw = send;
