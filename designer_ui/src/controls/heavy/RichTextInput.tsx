/** A small editor over the browser's own editing, with the marks that the server keeps. */

import { Select } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { plainOf, safeHtml } from "../parts/html";
import type { RichConfig } from "../parts/lines";

const MARKS: readonly [string, string, string, string?][] = [
  ["bold", "B", "ctl.bold"],
  ["italic", "I", "ctl.italic"],
  ["underline", "U", "ctl.underline"],
  ["formatBlock", "H", "ctl.heading", "h3"],
  ["insertUnorderedList", "•", "ctl.bullets"],
  ["insertOrderedList", "1.", "ctl.numbers"],
  ["removeFormat", "⌫", "ctl.plain"],
];

/** What only long texts need. */
const FULL_ONLY = new Set(["underline", "formatBlock"]);

const RichTextInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  onChange,
}: InputProps<string, RichConfig>) => {
  const { t } = useTranslation();
  const say = useSay();
  const phrases = (config.phrases ?? []).map((phrase) => say(phrase)).filter(Boolean);
  const area = useRef<HTMLDivElement>(null);
  const last = useRef<string | null>(null);
  const caret = useRef<Range | null>(null);
  useEffect(() => {
    // Only a value from outside is written in, else the caret would jump at each key.
    if (area.current && value !== last.current) area.current.innerHTML = safeHtml(value ?? "");
    last.current = value;
  }, [value]);
  const report = () => {
    const html = area.current?.innerHTML ?? "";
    last.current = plainOf(html) === "" && !html.includes("<img") ? null : html;
    onChange(last.current);
  };
  const mark = (command: string, argument?: string) => {
    area.current?.focus();
    document.execCommand(command, false, argument);
    report();
  };
  // Choosing a phrase takes the focus away; it goes where the caret was, or to the end.
  const rememberCaret = () => {
    const chosen = document.getSelection();
    if (chosen?.rangeCount && area.current?.contains(chosen.anchorNode)) caret.current = chosen.getRangeAt(0);
  };
  const insert = (phrase: string) => {
    const box = area.current;
    if (!box) return;
    box.focus();
    const place = caret.current ?? document.createRange();
    if (!caret.current) {
      place.selectNodeContents(box);
      place.collapse(false);
    }
    const chosen = document.getSelection();
    chosen?.removeAllRanges();
    chosen?.addRange(place);
    document.execCommand("insertText", false, phrase);
    rememberCaret();
    report();
  };
  return (
    <div className={invalid ? "ctl-editor ctl-editor-bad" : "ctl-editor"}>
      <div className="ctl-editor-bar" role="toolbar" aria-label={t("ctl.toolbar")}>
        {MARKS.filter(([command]) => config.toolbar === "full" || !FULL_ONLY.has(command)).map(
          ([command, sign, words, argument]) => (
            <button
              key={command}
              type="button"
              disabled={disabled}
              title={t(words)}
              aria-label={t(words)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => mark(command, argument)}
            >
              {sign}
            </button>
          ),
        )}
        {phrases.length ? (
          <Select<string>
            size="small"
            variant="borderless"
            className="ctl-phrases"
            value={null}
            disabled={disabled}
            placeholder={t("ctl.phrases")}
            aria-label={t("ctl.phrases")}
            popupMatchSelectWidth={320}
            options={phrases.map((phrase) => ({ value: phrase, label: phrase }))}
            showSearch={{ optionFilterProp: "label" }}
            onSelect={insert}
          />
        ) : null}
      </div>
      <div
        id={id}
        ref={area}
        className="ctl-editor-area"
        style={{ minHeight: (config.rows ?? 6) * 22 }}
        role="textbox"
        aria-multiline
        tabIndex={0}
        contentEditable={!disabled}
        suppressContentEditableWarning
        onInput={report}
        onBlur={rememberCaret}
        onPaste={(event) => {
          event.preventDefault();
          const html = event.clipboardData.getData("text/html");
          const text = event.clipboardData.getData("text/plain");
          if (html) document.execCommand("insertHTML", false, safeHtml(html));
          else document.execCommand("insertText", false, text);
        }}
      />
    </div>
  );
};

export default RichTextInput;
