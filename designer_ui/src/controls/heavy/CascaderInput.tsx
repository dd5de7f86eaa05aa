/** A path down a tree of options. */

import { Cascader } from "antd";
import type { Option } from "../../api/types";
import { optionsOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import type { InputProps } from "../../shared/kinds";
import type { Words } from "../../shared/words";
import type { ChoiceConfig } from "../parts/choices";

interface Branch {
  value: string;
  label: string;
  children?: Branch[];
}

const grown = (
  options: readonly Option[],
  parent: string | null,
  say: (words: Words | string) => string,
): Branch[] =>
  options
    .filter((one) => (one.parent ?? null) === parent && !one.archived)
    .map((one) => {
      const children = grown(options, one.key, say);
      return { value: one.key, label: say(one.label), ...(children.length ? { children } : {}) };
    });

const CascaderInput = ({
  id,
  value,
  config,
  field,
  disabled,
  invalid,
  onChange,
}: InputProps<readonly string[], ChoiceConfig>) => {
  const { say } = useControlHost();
  return (
    <Cascader
      id={id ?? ""}
      style={{ width: "100%" }}
      options={grown(optionsOf(field), null, say)}
      value={[...(value ?? [])]}
      disabled={disabled}
      status={invalid ? "error" : ""}
      showSearch
      changeOnSelect={config.leaf_only === false}
      onChange={(next) => onChange(next?.length ? next.map(String) : null)}
    />
  );
};

export default CascaderInput;
