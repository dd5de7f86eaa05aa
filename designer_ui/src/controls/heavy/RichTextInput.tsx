/** A small editor over the browser's own editing, with the marks that the server keeps. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { plainOf, safeHtml } from "../parts/html";
import type { LineConfig } from "../parts/lines";

const MARKS: readonly [string, string, string, string?][] = [
  ["bold", "B", "ctl.bold"],
  ["italic", "I", "ctl.italic"],
  ["underline", "U", "ctl.underline"],
  ["formatBlock", "H", "ctl.heading", "h3"],
  ["insertUnorderedList", "•", "ctl.bullets"],
  ["insertOrderedList", "1.", "ctl.numbers"],
  ["removeFormat", "⌫", "ctl.plain"],
];

const RichTextInput = ({
  id,
  value,
  config,
  disabled,
  invalid,
  onChange,
}: InputProps<string, LineConfig>) => {
  const { t } = useTranslation();
  const area = useRef<HTMLDivElement>(null);
  const last = useRef<string | null>(null);
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
  return (
    <div className={invalid ? "ctl-editor ctl-editor-bad" : "ctl-editor"}>
      <div className="ctl-editor-bar" role="toolbar" aria-label={t("ctl.toolbar")}>
        {MARKS.map(([command, sign, words, argument]) => (
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
        ))}
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
