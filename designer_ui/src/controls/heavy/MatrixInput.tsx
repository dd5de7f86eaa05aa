/** One answer, or several, for each row of a table. */

import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import type { MatrixConfig, MatrixValue } from "../matrix";

const MatrixInput = ({
  id,
  value,
  config,
  field,
  disabled,
  onChange,
}: InputProps<MatrixValue, MatrixConfig>) => {
  const { t } = useTranslation();
  const say = useSay();
  const isSeveral = config.answers === "several";
  const chosen = (row: string): readonly string[] => {
    const answer = value?.[row];
    return answer === undefined ? [] : typeof answer === "string" ? [answer] : answer;
  };
  const toggle = (row: string, column: string) => {
    const now = chosen(row);
    const next = now.includes(column)
      ? now.filter((one) => one !== column)
      : isSeveral
        ? [...now, column]
        : [column];
    const { [row]: _old, ...rest } = value ?? {};
    const answer = isSeveral ? next : next[0];
    const kept = answer === undefined || answer.length === 0 ? rest : { ...rest, [row]: answer };
    onChange(Object.keys(kept).length ? kept : null);
  };
  const clear = (row: string) => {
    const { [row]: _old, ...rest } = value ?? {};
    onChange(Object.keys(rest).length ? rest : null);
  };
  return (
    <div className="ctl-scroll" id={id}>
      <table className="ctl-table ctl-matrix" aria-label={say(field.label)}>
        <thead>
          <tr>
            <th />
            {config.columns.map((column) => (
              <th key={column.key} scope="col">
                {say(column.label)}
              </th>
            ))}
            <td className="ctl-narrow" />
          </tr>
        </thead>
        <tbody>
          {config.rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{say(row.label)}</th>
              {config.columns.map((column) => (
                <td key={column.key}>
                  <input
                    {...(isSeveral ? {} : { name: `${id ?? "matrix"}-${row.key}` })}
                    type={isSeveral ? "checkbox" : "radio"}
                    checked={chosen(row.key).includes(column.key)}
                    disabled={disabled}
                    aria-label={`${say(row.label)}: ${say(column.label)}`}
                    onChange={() => toggle(row.key, column.key)}
                  />
                </td>
              ))}
              <td className="ctl-narrow">
                {disabled || chosen(row.key).length === 0 ? null : (
                  <button
                    type="button"
                    className="ctl-link"
                    aria-label={t("ctl.clearNamed", { name: say(row.label) })}
                    onClick={() => clear(row.key)}
                  >
                    ×
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

export default MatrixInput;
