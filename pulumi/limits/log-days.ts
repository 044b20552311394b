/** Days for which CloudWatch offers to keep logs. */
export const offeredDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;
