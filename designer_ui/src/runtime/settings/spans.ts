/** The days that a setting means, so that it is seen before it is kept. Pure. */

import { addDays } from "../../shared/format";

const two = (value: number): string => String(value).padStart(2, "0");

/** The first and the last day of the clinic's year that `today` is in. */
export const yearOf = (today: string, starts: number): [string, string] => {
  const year = Number(today.slice(0, 4)) - (Number(today.slice(5, 7)) < starts ? 1 : 0);
  return [`${year}-${two(starts)}-01`, addDays(`${year + 1}-${two(starts)}-01`, -1)];
};
