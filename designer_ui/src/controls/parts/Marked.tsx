/** Markdown shown with React elements only, so that no HTML of the author reaches the page. */

import { Fragment, type ReactNode } from "react";

const SPAN = /(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`|\[[^\]]+\]\(https?:\/\/[^)\s]+\))/;

const spans = (text: string): ReactNode[] =>
  text.split(SPAN).map((part, place) => {
    if (part.startsWith("**")) return <strong key={place}>{part.slice(2, -2)}</strong>;
    if (part.startsWith("`")) return <code key={place}>{part.slice(1, -1)}</code>;
    const link = /^\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)$/.exec(part);
    if (link)
      return (
        <a key={place} href={link[2]} target="_blank" rel="noopener noreferrer">
          {link[1]}
        </a>
      );
    if (/^\*[^*]+\*$/.test(part)) return <em key={place}>{part.slice(1, -1)}</em>;
    return <Fragment key={place}>{part}</Fragment>;
  });

const block = (lines: string[], place: number): ReactNode => {
  const [first = ""] = lines;
  const heading = /^(#{1,4})\s+(.*)$/.exec(first);
  if (heading && lines.length === 1) {
    const level = (heading[1] ?? "").length;
    return (
      <p key={place} style={{ fontWeight: 600, fontSize: 20 - level * 2 }}>
        {spans(heading[2] ?? "")}
      </p>
    );
  }
  if (lines.every((line) => /^\s*([-*]|\d+\.)\s+/.test(line))) {
    const items = lines.map((line, at) => <li key={at}>{spans(line.replace(/^\s*([-*]|\d+\.)\s+/, ""))}</li>);
    return /^\s*\d/.test(first) ? <ol key={place}>{items}</ol> : <ul key={place}>{items}</ul>;
  }
  return (
    <p key={place} className="ctl-lines">
      {spans(lines.join("\n"))}
    </p>
  );
};

export const Marked = ({ text }: { text: string }) => (
  <div className="ctl-rich">
    {text
      .replace(/^(#{1,4}\s.*)$/gm, "\n$1\n")
      .split(/\n{2,}/)
      .map((part) => part.trim())
      .filter(Boolean)
      .map((part, place) => block(part.split("\n"), place))}
  </div>
);
