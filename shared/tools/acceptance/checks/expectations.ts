import { expect } from "chai";
import type { Answer, Call, Target } from "../target.ts";

const SHOWN_CHARACTERS = 300;

/** Fails with what was answered instead, which says more than two numbers. */
export function expectStatus(answer: Answer, ...statuses: readonly number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Error(
    `${answer.call}: expected ${statuses.join(" or ")}, got ${answer.status} ` +
      answer.text.slice(0, SHOWN_CHARACTERS),
  );
}

/** The body of a good answer in JSON. */
export async function readJson<T>(target: Target, call: Call, status = 200): Promise<T> {
  const answer = expectStatus(await target.send(call), status);
  return JSON.parse(answer.text) as T;
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
  errors?: { path: string; message: string }[];
}

/** Sends a request that has to fail, and checks that its failure is RFC 9457 problem details. */
export async function expectProblem(target: Target, call: Call, status: number) {
  const answer = expectStatus(await target.send(call), status);
  const type = answer.headers.get("content-type");
  expect(type, answer.call).to.match(/^application\/problem\+json/);
  const problem = JSON.parse(answer.text) as ProblemBody;
  expect(problem, answer.call).to.include({ status });
  expect(problem, answer.call).to.include.keys("type", "title", "detail", "request_id");
  return { ...answer, problem };
}

/** As `expectProblem` with 400, and the names of the inputs that are at fault. */
export async function expectInvalid(target: Target, call: Call, paths: readonly string[]) {
  const { problem } = await expectProblem(target, call, 400);
  const named = problem.errors?.map(({ path }) => path);
  expect(named, `${call.method} ${call.path}: the errors' paths`).to.deep.equal(paths);
}
