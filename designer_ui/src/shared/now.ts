/** What time it is in the clinic: the computer's clock, and in a practice clinic as far ahead as it was put. */

let aheadMs = 0;

/** Told by the server with who is signed in, so before any screen shows. */
export const setAhead = (seconds: number): void => {
  aheadMs = seconds * 1000;
};

export const clinicNow = (): Date => new Date(Date.now() + aheadMs);
