/** HTML that the server has already made safe, made safe once more before it is shown. */

import { useMemo } from "react";

const TAGS = new Set(
  "P BR HR H1 H2 H3 H4 BLOCKQUOTE UL OL LI STRONG B EM I U S SUB SUP SPAN A IMG TABLE THEAD TBODY TR TH TD PRE CODE DIV".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(["href", "title", "src", "alt", "width", "height", "colspan", "rowspan", "style"]);

const isSafe = (name: string, value: string): boolean => {
  if (!ATTRIBUTES.has(name)) return false;
  if (name === "href" || name === "src") return /^(https?:|mailto:|tel:|\/)/i.test(value.trim());
  return name !== "style" || !/url\(|expression|position/i.test(value);
};

const clean = (root: ParentNode): void => {
  for (const element of [...root.children]) {
    clean(element);
    if (!TAGS.has(element.tagName)) {
      if (["SCRIPT", "STYLE", "IFRAME", "OBJECT", "SVG"].includes(element.tagName.toUpperCase()))
        element.remove();
      else element.replaceWith(...element.childNodes);
      continue;
    }
    for (const attribute of [...element.attributes])
      if (!isSafe(attribute.name, attribute.value)) element.removeAttribute(attribute.name);
    if (element.tagName === "A") element.setAttribute("rel", "noopener noreferrer");
  }
};

export const safeHtml = (html: string): string => {
  const page = new DOMParser().parseFromString(html, "text/html");
  clean(page.body);
  return page.body.innerHTML;
};

export const plainOf = (html: string): string =>
  (
    new DOMParser().parseFromString(html.replace(/<(br|\/p|\/li|\/div|\/h\d)[^>]*>/gi, " $&"), "text/html")
      .body.textContent ?? ""
  )
    .replace(/\s+/g, " ")
    .trim();

export const Html = ({ html }: { html: string }) => {
  const safe = useMemo(() => safeHtml(html), [html]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: cleaned by an allow-list just above, and on the server before
  return <div className="ctl-rich" dangerouslySetInnerHTML={{ __html: safe }} />;
};
