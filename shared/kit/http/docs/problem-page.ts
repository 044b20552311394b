import { escapeHtml, inlineHtml } from "../html.ts";
import { type ProblemKind, problems, problemType } from "../problem.ts";
import type { Route } from "../route.ts";
import { problemsOf } from "./answers.ts";
import { toJsonSchema } from "./json-schema.ts";
import { pageHtml } from "./page-frame.ts";
import { fieldsHtml } from "./schema.ts";

/** Every kind of problem that a service answers with, by its id. */
export function problemCatalogue(routes: readonly Route[]): Map<string, ProblemKind> {
  const { notFound, methodNotAllowed, tooManyRequests } = problems;
  const anywhere: ProblemKind[] = [notFound, methodNotAllowed, tooManyRequests];
  const kinds = [...routes.flatMap((route) => [...problemsOf(route)]), ...anywhere];
  return new Map(kinds.map((kind) => [kind.id, kind]));
}

/** What a kind of problem means, for the page whose path is the `type` of such a problem. */
export function problemPage(service: string, kind: ProblemKind, more = ""): string {
  const { status, title, description, members, headers = {} } = kind;
  const rows = Object.entries(headers).map(
    ([name, meaning]) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code><td>${inlineHtml(meaning)}`,
  );
  return pageHtml(
    title,
    `<h1>${escapeHtml(title)}</h1>
<p class="lead">${inlineHtml(description)}</p>
<p>Status <code>${status}</code>, with the type <code>${problemType(service, kind)}</code>. The
<code>detail</code> of an answer says what was wrong with its request, and its
<code>request_id</code> finds the request in the log.</p>
${members ? `<h2>Members</h2>${fieldsHtml(toJsonSchema(members, "output", {}))}` : ""}
${rows.length > 0 ? `<h2>Headers</h2><table>${rows.join("")}</table>` : ""}
${more}`,
  );
}

/** Links to the page of each kind. */
export function problemList(service: string, kinds: Iterable<ProblemKind>): string {
  const rows = [...kinds]
    .sort((a, b) => a.status - b.status)
    .map(
      (kind) =>
        `<tr><th scope="row"><code>${kind.status}</code> <a href="${problemType(service, kind)}">` +
        `${escapeHtml(kind.title)}</a><td>${inlineHtml(kind.description)}`,
    );
  return `<table>${rows.join("")}</table>`;
}
