/** Matching for menus and the palette: parts in order, any case; people are found by the server. */

const fold = (text: string): string => text.toLowerCase().normalize("NFKC").trim();

/** Higher is better; 0 is no match. */
export const score = (text: string, query: string): number => {
  const where = fold(text);
  const wanted = fold(query);
  if (wanted === "") return 1;
  if (where === wanted) return 100;
  if (where.startsWith(wanted)) return 80;
  const found = where.indexOf(wanted);
  if (found >= 0) return 60 - Math.min(found, 20);
  let at = 0;
  for (const letter of wanted) {
    at = where.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return 20;
};
