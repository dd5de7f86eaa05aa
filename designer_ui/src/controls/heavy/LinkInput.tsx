/** A pick list that asks the server as one types; a new record may be made on the spot. */

import { Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { BLANK, labelOf, targetOf } from "../../shared/format";
import { type LinkOption, useControlHost } from "../../shared/host";
import { isObject, type Json, type Values } from "../../shared/json";
import type { InputProps } from "../../shared/kinds";
import { idsOf, type LinkConfig, type LinkValue } from "../parts/links";

const WAIT_MS = 200;

const readsOf = (text: string): Values => {
  const read: Json = JSON.parse(text);
  return isObject(read) ? read : {};
};

/** What the filter of the link looks at, as text that changes only when it does; null where it looks at nothing. */
const readsText = (config: LinkConfig, record: Values): string | null => {
  if (!config.filter_reads?.length) return null;
  // A row of a sub-table carries the record that it stands in.
  const whole = isObject(record.form) ? record.form : record;
  return JSON.stringify(Object.fromEntries(config.filter_reads.map((key) => [key, whole[key] ?? null])));
};

/** The options for what is typed, asked 200 ms after the last key; late answers are dropped. */
const useOptions = (
  form: string,
  field: string,
  isOpen: boolean,
  query: string,
  reads: string | null,
): { found: LinkOption[]; busy: boolean } => {
  const { searchOptions } = useControlHost();
  const [found, setFound] = useState<LinkOption[]>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    let alive = true;
    setBusy(true);
    const timer = setTimeout(() => {
      searchOptions(form, field, query, reads === null ? undefined : readsOf(reads))
        .then((options) => alive && setFound(options))
        .catch(() => alive && setFound([]))
        .finally(() => alive && setBusy(false));
    }, WAIT_MS);
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [form, field, isOpen, query, reads, searchOptions]);
  return { found, busy };
};

/** The names from the top of a tree down to one of its options, which stand each below what they belong to. */
export const wayOf = (options: readonly LinkOption[], at: number): string[] => {
  const one = options[at];
  if (!one) return [];
  const depth = one.depth ?? 0;
  const above = options.findLastIndex((other, place) => place < at && (other.depth ?? 0) < depth);
  return depth === 0 || above < 0 ? [one.label] : [...wayOf(options, above), one.label];
};

const LinkInput = ({
  id,
  value,
  config,
  field,
  labels,
  form,
  record,
  disabled,
  invalid,
  autoFocus,
  compact,
  onChange,
}: InputProps<LinkValue, LinkConfig>) => {
  const { createRecord, me, say } = useControlHost();
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(compact ?? false);
  const [query, setQuery] = useState("");
  const names = useRef(new Map<string, string>());
  const target = targetOf(field);
  const { found, busy } = useOptions(form, field.key, isOpen, query, readsText(config, record));
  for (const one of found) names.current.set(one.id, one.label);
  const nameOf = (recordId: string) =>
    names.current.get(recordId) ??
    (labelOf(labels, target, recordId) || (recordId === me.id ? me.name : BLANK));
  const chosen = idsOf(value);
  const options = useMemo(
    () =>
      found.map(({ id: value, label, detail, depth, disabled: isOver }, at) => ({
        value,
        label,
        // How deep it stands is seen by its place alone: to who listens its way from the top is read out.
        ...(depth ? { "aria-label": wayOf(found, at).join(" / ") } : {}),
        detail,
        depth: depth ?? 0,
        disabled: isOver ?? false,
      })),
    [found],
  );
  const create = async () => {
    setOpen(false);
    const made = await createRecord(target);
    if (!made) return;
    names.current.set(made.id, made.label);
    onChange(config.multiple ? [...chosen, made.id] : made.id);
  };
  return (
    <Select<{ value: string; label: string }[] | { value: string; label: string } | null>
      id={id ?? ""}
      labelInValue
      style={{ width: "100%" }}
      {...(config.multiple ? { mode: "multiple" as const, maxCount: config.max_count } : {})}
      value={
        config.multiple
          ? chosen.map((one) => ({ value: one, label: nameOf(one) }))
          : chosen[0]
            ? { value: chosen[0], label: nameOf(chosen[0]) }
            : null
      }
      disabled={disabled}
      status={invalid ? "error" : ""}
      variant={compact ? "borderless" : "outlined"}
      autoFocus={autoFocus ?? false}
      allowClear
      loading={busy}
      placeholder={say(field.placeholder) || t(config.parent ? "ctl.choose" : "ctl.search")}
      notFoundContent={busy ? t("ctl.searching") : t("ctl.nothingFound")}
      showSearch={{ filterOption: false, onSearch: setQuery }}
      defaultOpen={compact ?? false}
      onOpenChange={setOpen}
      options={options}
      optionRender={(option) => (
        <span style={{ paddingInlineStart: option.data.depth * 20 }}>
          {option.data.label}{" "}
          {option.data.detail ? <span className="ctl-quiet">{option.data.detail}</span> : null}
        </span>
      )}
      popupRender={(menu) => (
        <>
          {menu}
          {config.create ? (
            <button
              type="button"
              className="ctl-link ctl-create"
              onMouseDown={(event) => event.preventDefault()}
              onClick={create}
            >
              + {t("ctl.createNew")}
            </button>
          ) : null}
        </>
      )}
      onChange={(next) => {
        if (Array.isArray(next)) onChange(next.length ? next.map((one) => one.value) : null);
        else onChange(next?.value ?? null);
      }}
    />
  );
};

export default LinkInput;
