import type { Context } from "koa";
import { sendHtml } from "../../../shared/kit/http/html.ts";
import { problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import { type Accounts, MAX_NUMBER } from "../accounts/accounts.ts";
import { renderAccountPage } from "../page/account-page.ts";
import { accountProblem, accountProblems, invalidToken } from "./account-problems.ts";
import * as schemas from "./account-schemas.ts";
import { networkOf } from "../../../shared/kit/http/limits/network.ts";
import { keyReusedKind } from "./problems.ts";
import {
  addressOf,
  describeIdempotencyKey,
  idempotencyKeyOf,
  keyOfCaller,
} from "./visitors/visitor.ts";
import { bearerOf } from "../../../shared/kit/http/request/api-key.ts";

export interface AccountRoutesOptions {
  accounts: Accounts;
  /** Proxies in front that append to `x-forwarded-for`. */
  trustedHops: number;
  /** A secret of one answer, in base64. */
  newNonce: () => string;
}

const tag = "users";
const forUsers = [accountProblems.invalidToken, problems.storeUnavailable];
const forPasswords = [
  problems.invalid,
  accountProblems.tooManyAttempts,
  accountProblems.passwordsBusy,
  problems.storeUnavailable,
];

/** Users and their numbers; the short paths are those of the first clients. */
export function accountRoutes(options: AccountRoutesOptions): Route[] {
  const routes = [
    registerRoute(options),
    logInRoute(options),
    currentRoute(options),
    setCurrentRoute(options),
    nextRoute(options, "POST"),
    nextRoute(options, "GET"),
    pageRoute(options),
  ];
  return routes.map((each) => ({
    ...each,
    caching: "no-store",
    async handle(ctx, input) {
      try {
        await each.handle(ctx, input);
      } catch (error) {
        throw accountProblem(error);
      }
    },
  }));
}

function registerRoute({ accounts, trustedHops }: AccountRoutesOptions): Route {
  return route({
    method: "POST",
    paths: ["/counter/v1/registration", "/registration"],
    operationId: "register",
    namedOriginsOnly: true,
    expensive: true,
    tag,
    summary: "Registers a user, whose number begins at 0",
    description: "Then log in. An email registers once.",
    body: schemas.Credentials,
    acceptsForm: true,
    requestHeaders: describeIdempotencyKey(
      "A registration that is sent again with the same key, email and password, from the same " +
        "address, gets the same answer.",
    ),
    replies: { 201: { description: "Registered", schema: schemas.Registration } },
    problems: [
      ...[accountProblems.emailTaken, accountProblems.registrationClosed, keyReusedKind],
      ...forPasswords,
    ],
    async handle(ctx, { body }) {
      const caller = networkOf(addressOf(ctx, trustedHops));
      const key = idempotencyKeyOf(ctx);
      const once = key === undefined ? undefined : keyOfCaller(key, addressOf(ctx, trustedHops));
      await accounts.register({ ...body, key: once }, caller);
      ctx.status = 201;
      ctx.body = { email: body.email, message: "Registered. Log in to get an access token." };
    },
  });
}

function logInRoute({ accounts, trustedHops }: AccountRoutesOptions): Route {
  return route({
    method: "POST",
    paths: ["/counter/v1/login", "/login"],
    operationId: "logIn",
    namedOriginsOnly: true,
    expensive: true,
    tag,
    summary: "Gives an access token for one hour",
    description: "Only failed logins use up attempts.",
    body: schemas.Credentials,
    acceptsForm: true,
    replies: { 200: { description: "Logged in", schema: schemas.AccessToken } },
    problems: [accountProblems.wrongCredentials, ...forPasswords],
    async handle(ctx, { body }) {
      const caller = networkOf(addressOf(ctx, trustedHops));
      const { token, expiresInSeconds } = await accounts.logIn(body.email, body.password, caller);
      ctx.body = { access_token: token, token_type: "Bearer", expires_in: expiresInSeconds };
    },
  });
}

function currentRoute({ accounts }: AccountRoutesOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter/v1/current", "/current"],
    operationId: "readOwnNumber",
    tag,
    summary: "The user's number, as it is",
    userToken: "always",
    description: "Reading does not raise it.",
    replies: { 200: { description: "The number", schema: schemas.OwnNumber } },
    problems: forUsers,
    async handle(ctx) {
      ctx.body = { number: await accounts.current(await userOf(ctx, accounts)) };
    },
  });
}

function setCurrentRoute({ accounts }: AccountRoutesOptions): Route {
  return route({
    method: "PUT",
    paths: ["/counter/v1/current", "/current"],
    operationId: "setOwnNumber",
    tag,
    summary: "Sets the user's number",
    userToken: "always",
    description: "The next number is one more.",
    body: schemas.NumberBody,
    acceptsForm: true,
    replies: { 200: { description: "The number as set", schema: schemas.NumberSet } },
    problems: forUsers,
    async handle(ctx, { body }) {
      const number = await accounts.set(await userOf(ctx, accounts), body.current);
      const message =
        number < MAX_NUMBER ? `The next number is ${number + 1}.` : "There is no higher number.";
      ctx.body = { number, message };
    },
  });
}

/** Raising is no read: `POST` is its verb, and `GET /next` is kept for the first clients. */
function nextRoute({ accounts }: AccountRoutesOptions, method: "GET" | "POST"): Route {
  return route({
    method,
    paths: method === "POST" ? ["/counter/v1/next", "/next"] : ["/next"],
    ...(method === "POST"
      ? { operationId: "raiseOwnNumber" }
      : { operationId: "raiseOwnNumberByGet", successor: "/counter/v1/next" }),
    tag,
    summary: "Raises the user's number by one",
    userToken: "always",
    description: "No number is given twice. A `POST`: it changes the number.",
    requestHeaders: describeIdempotencyKey(
      "A request that is sent again with the same key gets the same number, for 10 s and among the " +
        "last 40 requests of the user.",
    ),
    replies: {
      200: { description: "The number, given only once", schema: schemas.OwnNumber },
    },
    problems: [problems.invalid, accountProblems.numberAtMaximum, ...forUsers],
    async handle(ctx) {
      const user = await userOf(ctx, accounts);
      const isLook = ctx.method === "HEAD";
      const number = isLook ? accounts.current(user) : accounts.next(user, idempotencyKeyOf(ctx));
      ctx.body = { number: await number };
    },
  });
}

function pageRoute({ newNonce }: AccountRoutesOptions): Route {
  return route({
    method: "GET",
    paths: ["/account"],
    operationId: "openAccount",
    tag,
    summary: "A page to register, log in, and raise the number",
    description: "For browsers. The access token stays in the memory of the page.",
    replies: { 200: { description: "The page", type: "text/html" } },
    async handle(ctx) {
      const scriptNonce = newNonce();
      await sendHtml(ctx, renderAccountPage(scriptNonce), { scriptNonce });
    },
  });
}

/** @throws Problem 401 without a token of ours */
async function userOf(ctx: Context, accounts: Accounts): Promise<string> {
  const token = bearerOf(ctx.get("authorization"));
  const user = token === undefined ? undefined : await accounts.recognise(token);
  if (user === undefined) throw invalidToken();
  return user;
}
