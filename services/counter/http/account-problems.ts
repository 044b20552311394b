import {
  authenticate,
  Problem,
  type ProblemKind,
  retryAfter,
} from "../../../shared/kit/http/problem.ts";
import { Refusal } from "../accounts/accounts.ts";
import { TooManyAttempts } from "../accounts/attempts.ts";
import { PasswordsBusy } from "../accounts/passwords.ts";
import { keyReused } from "./problems.ts";

/** The failures that are the accounts' own. */
export const accountProblems = {
  emailTaken: {
    status: 409,
    id: "email-taken",
    title: "Email taken",
    description: "Somebody has registered with this email.",
  },
  numberAtMaximum: {
    status: 409,
    id: "number-at-maximum",
    title: "Number at its maximum",
    description: "The number cannot be raised any more; set a lower one.",
  },
  registrationClosed: {
    status: 403,
    id: "registration-closed",
    title: "Registration closed",
    description: "This deployment takes no new users.",
  },
  wrongCredentials: {
    status: 401,
    id: "wrong-credentials",
    title: "Wrong email or password",
    description: "The answer is the same for an unknown email and for a wrong password.",
    headers: authenticate,
  },
  invalidToken: {
    status: 401,
    id: "invalid-token",
    title: "Access token required",
    description: "The request lacks a valid `Authorization: Bearer <access_token>` of a login.",
    detail: "Log in, and send the header `Authorization: Bearer <access_token>`.",
    headers: authenticate,
  },
  tooManyAttempts: {
    status: 429,
    id: "too-many-attempts",
    title: "Too many attempts",
    description: "This address or this user has no attempt left; `Retry-After` tells when.",
    detail: "Try again in 12 s.",
    headers: retryAfter,
  },
  passwordsBusy: {
    status: 503,
    id: "passwords-busy",
    title: "Too many logins at once",
    description: "More passwords are waiting to be checked than can be checked in time.",
    headers: retryAfter,
  },
} as const satisfies Record<string, ProblemKind>;

const challenge = { "www-authenticate": 'Bearer realm="account"' };

/** The answer to a request whose token is missing or not accepted. */
export function invalidToken(): Problem {
  const detail = "Log in, and send the header `Authorization: Bearer <access_token>`.";
  return new Problem(accountProblems.invalidToken, { detail, headers: challenge });
}

/** Says a refusal of the accounts in terms of HTTP; any other error passes. */
export function accountProblem(error: unknown): unknown {
  if (error instanceof TooManyAttempts) {
    const seconds = String(error.retryAfterSeconds);
    return new Problem(accountProblems.tooManyAttempts, {
      detail: `Try again in ${seconds} s.`,
      headers: { "retry-after": seconds },
    });
  }
  if (error instanceof PasswordsBusy) {
    return new Problem(accountProblems.passwordsBusy, {
      detail: "Try again in 1 s.",
      headers: { "retry-after": "1" },
    });
  }
  return error instanceof Refusal ? refusals[error.reason]() : error;
}

const refusals: Record<Refusal["reason"], () => Problem> = {
  "email-taken": () =>
    new Problem(accountProblems.emailTaken, { detail: "Log in, or register another email." }),
  "key-reused": () => keyReused("stands for a registration with another password"),
  "registration-closed": () =>
    new Problem(accountProblems.registrationClosed, {
      detail: "Ask the operator of this deployment for an account.",
    }),
  "wrong-credentials": () =>
    new Problem(accountProblems.wrongCredentials, {
      detail: "No user has this email and this password.",
      headers: challenge,
    }),
  "unknown-user": invalidToken,
  full: () =>
    new Problem(accountProblems.numberAtMaximum, {
      detail: "There is no higher number. Set a lower one with PUT.",
    }),
};
