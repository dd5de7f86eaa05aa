/** Links to records and people: names in lists, a searching pick list in forms. */

import { lazy } from "react";
import type { FieldPlan } from "../../api/types";
import { BLANK, labelOf, targetOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { CellProps, ControlView } from "../../shared/kinds";
import "../controls.css";

export interface LinkConfig {
  /** Fields of the record at hand that the filter looks at. */
  filter_reads?: readonly string[];
  to?: string;
  multiple?: boolean;
  max_count?: number;
  create?: boolean;
  /** Of a tree: the field by which its records stand below one another. */
  parent?: string;
  default_me?: boolean;
}
export type LinkValue = string | readonly string[];

export const idsOf = (value: LinkValue | null): readonly string[] =>
  value === null ? [] : typeof value === "string" ? [value] : value;

const isPerson = (field: FieldPlan): boolean => targetOf(field) === "user";

const LinkCell = ({ value, field, labels }: CellProps<LinkValue, LinkConfig>) => {
  const { openRecord } = useControlHost();
  const form = targetOf(field);
  return (
    <span className="ctl-clip">
      {idsOf(value).map((recordId, place) => {
        const name = labelOf(labels, form, recordId) || BLANK;
        return (
          <span key={recordId}>
            {place ? "、" : ""}
            {isPerson(field) || name === BLANK ? (
              name
            ) : (
              <button
                type="button"
                className="ctl-name"
                onClick={(event) => {
                  event.stopPropagation();
                  openRecord(form, recordId);
                }}
              >
                {name}
              </button>
            )}
          </span>
        );
      })}
    </span>
  );
};

export const linkView = (kind: string): ControlView<LinkValue, LinkConfig> => ({
  kind,
  Input: lazy(() => import("../heavy/LinkInput")),
  Cell: LinkCell,
});
