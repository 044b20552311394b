import { expect } from "chai";
import { cronFault } from "./cron.ts";

describe("a cron expression of Application Auto Scaling", () => {
  for (const right of [
    "0 8 ? * MON-FRI *",
    "0/15 * * * ? *",
    "30 6 1,15 JAN,JUL ? 2027-2030",
    "0 0 L * ? *",
    "0 9 ? * 2#1 *",
    "0 9 15W * ? *",
  ])
    it(`may be ${right}`, () => {
      expect(cronFault(right)).to.equal(undefined);
    });

  for (const [wrong, reason] of [
    ["every morning", /2 fields/],
    ["0 8 * * 1-5", /5 fields/],
    ["60 8 ? * * *", /"60" is no minute/],
    ["0 24 ? * * *", /"24" is no hour/],
    ["0 8 ? * MON-SON *", /no day of week/],
    ["0 8 ? * FRI-MON *", /no day of week/],
    ["0 8 * * * *", /exactly one/],
    ["0 8 ? * ? *", /exactly one/],
    ["0 8 ? 13 * *", /no month/],
    ["0/0 8 ? * * *", /no minute/],
    ["0 8 ? * MON 1969", /no year/],
  ] as const)
    it(`is not ${wrong}`, () => {
      expect(cronFault(wrong)).to.match(reason);
    });
});
