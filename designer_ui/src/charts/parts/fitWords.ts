/** How wide words are, and words cut to their room. */

const WORD = 12;
const LEAST_LETTERS = 3;

export type Part = { readonly [key: string]: unknown };

export const part = (value: unknown): Part =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Chinese, and arrows. */
const isWide = (code: number): boolean => code > 0x2e7f || (code >= 0x2190 && code <= 0x21ff);

/** About how wide words are in pixels; a line break starts anew. */
export const wide = (text: string): number =>
  Math.max(
    ...text.split("<br>").map((line) => {
      let width = 0;
      for (const letter of line) width += isWide(letter.codePointAt(0) ?? 0) ? WORD : WORD * 0.58;
      return width;
    }),
  );

/** Words cut to `room` pixels; an entity like `&lt;` is one letter. */
export const clipped = (text: string, room: number): string => {
  if (wide(text) <= room) return text;
  const letters = text.match(/&(?:amp|lt|gt);|./gsu) ?? [];
  let kept = "";
  for (const letter of letters) {
    if (wide(`${kept}${letter}…`) > room && kept.length >= LEAST_LETTERS) break;
    kept += letter;
  }
  return kept === text ? text : `${kept}…`;
};

/** Where words may be parted: after a space or a middle dot, before a bracket. */
const isGap = (before: string, after: string): boolean => /[\s·/、-]/u.test(before) || /[（(]/u.test(after);

/** Words in two lines of `room` pixels, parted at a gap where there is one; the second is cut where they need more. */
export const wrapped = (text: string, room: number): string => {
  if (wide(text) <= room || text.includes("<br>")) return clipped(text, room);
  const letters = text.match(/&(?:amp|lt|gt);|./gsu) ?? [];
  let most = 0;
  while (most < letters.length && wide(letters.slice(0, most + 1).join("")) <= room) most += 1;
  let cut = most;
  for (let at = most; at > most / 3; at -= 1)
    if (isGap(letters[at - 1] ?? "", letters[at] ?? "")) {
      cut = at;
      break;
    }
  const line = (from: number, to?: number): string =>
    letters
      .slice(from, to)
      .join("")
      .replace(/^[\s·]+|[\s·]+$/gu, "");
  return `${line(0, cut)}<br>${clipped(line(cut), room)}`;
};

/** How many pixels the names beside rows may take. */
export const names = (width: number): number =>
  Math.min(Math.max(80, width * (width < 480 ? 0.37 : 0.3)), 220);
