/** Steps of minutes that a clock's list can take. */

const STEPS = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30] as const;

export type MinuteStep = (typeof STEPS)[number];

export const stepOf = (minutes: number): MinuteStep => STEPS.find((one) => one === minutes) ?? 1;
