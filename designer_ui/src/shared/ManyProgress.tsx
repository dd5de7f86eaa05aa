/** Work over many records in the background: how far it is, and which records were left out and why. */

import { Alert, Progress } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import "./many.css";
import { useSay } from "./useLang";
import type { Words } from "./words";

const MOST_SHOWN = 50;

export interface ManyState {
  form: string;
  done: number;
  total: number;
  state: string;
  refused: {
    problems: { message?: unknown; hint?: unknown }[];
    count: number;
    records: { id: string; title: string }[];
  }[];
}

export interface ManyProgressProps {
  of: ManyState;
  isOver: boolean;
  label: string;
  /** How far it is, in words. */
  status: string;
  goesOn: string;
  broke: string;
  countOf: (count: number) => string;
  /** What can be done once it is over. */
  children?: ReactNode;
}

export const leftOut = (of: ManyState): number => of.refused.reduce((sum, group) => sum + group.count, 0);

export const ManyProgress = ({
  of,
  isOver,
  label,
  status,
  goesOn,
  broke,
  countOf,
  children,
}: ManyProgressProps) => {
  const say = useSay();
  return (
    <div className="many">
      <Progress
        percent={of.total ? Math.floor((of.done / of.total) * 100) : 0}
        status={of.state === "failed" ? "exception" : isOver ? "success" : "active"}
        aria-label={label}
      />
      <p role="status">{status}</p>
      {isOver ? null : <p className="hint">{goesOn}</p>}
      {of.state === "failed" ? <Alert type="error" showIcon title={broke} /> : null}
      {children}
      {of.refused.map((group) => (
        <section key={JSON.stringify(group.problems)}>
          <h3>
            {say(group.problems[0]?.message as Words)} <small>{countOf(group.count)}</small>
          </h3>
          <p className="hint">{say(group.problems[0]?.hint as Words)}</p>
          <ul>
            {group.records
              .filter((record) => record.title)
              .slice(0, MOST_SHOWN)
              .map((record) => (
                <li key={record.id}>
                  <Link to={`/r/${of.form}/${record.id}`}>{record.title}</Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
};
