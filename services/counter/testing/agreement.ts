import { expect } from "chai";
import type { Snapshot } from "../counter.ts";

export const sumOf = ({ spans }: Snapshot) => spans.reduce((sum, count) => sum + count);

export function expectAgreement(snapshot: Snapshot): void {
  const { lastMinute, count } = snapshot;
  expect(lastMinute).to.be.at.most(sumOf(snapshot));
  expect(sumOf(snapshot)).to.be.at.most(count);
}
