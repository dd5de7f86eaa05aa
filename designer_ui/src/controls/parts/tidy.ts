/** How numbers and names are kept, as the server keeps them. */

const narrowed = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .trim();

export const tidyMobile = (typed: string): string => {
  const bare = narrowed(typed)
    .replace(/[\s\-().·—–_]/g, "")
    .replace(/^00/, "+");
  return bare.replace(/^\+?86(?=1[3-9]\d{9}$)/, "");
};

export const tidyPhone = (typed: string): string => narrowed(typed);

export const tidyName = (typed: string): string =>
  narrowed(typed)
    .replace(/[•‧]/g, "·")
    .replace(/\s+/g, " ")
    .replace(/(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])/g, "");

export const tidyCode = (typed: string): string => narrowed(typed);

export const tidyUpper = (typed: string): string => narrowed(typed).replace(/\s/g, "").toUpperCase();

export const tidyMail = (typed: string): string => narrowed(typed).toLowerCase();

export const tidyLink = (typed: string): string => {
  const bare = typed.trim();
  return bare !== "" && !/^[^/?]*:/.test(bare) && bare.includes(".") ? `https://${bare}` : bare;
};
