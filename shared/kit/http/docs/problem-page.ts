import type { z } from "zod";
import { escapeHtml, inlineHtml } from "../html.ts";
import { pageHtml } from "../page/frame.ts";
import { type ProblemKind, problems, problemType } from "../problem.ts";
import type { Route } from "../route.ts";
import { exampleOfProblem, problemsOf } from "./problem-schemas.ts";
import { toJsonSchema } from "./json-schema.ts";
import { fieldsHtml, termHtml, termsHtml } from "./schema-html.ts";

/** Every kind of problem that a service answers with, by its id. */
export function problemCatalogue(routes: readonly Route[]): Map<string, ProblemKind> {
  const { notFound, methodNotAllowed, tooManyRequests } = problems;
  const anywhere: ProblemKind[] = [notFound, methodNotAllowed, tooManyRequests];
  // The last one of an id stays: a route's own may say more.
  const kinds = [...anywhere, ...routes.flatMap((route) => [...problemsOf(route)])];
  return new Map(kinds.map((kind) => [kind.id, kind]));
}

/** What a kind of problem means, for the page whose path is the `type` of such a problem. */
export function problemPage(service: string, kind: ProblemKind, more = ""): string {
  const { status, title, description, members, headers = {} } = kind;
  const terms = Object.entries(headers).map(([name, meaning]) =>
    termHtml(`<code>${escapeHtml(name)}</code>`, meaning),
  );
  const example = JSON.stringify(exampleOfProblem(kind, service), undefined, 2);
  const main = `<h1>${escapeHtml(title)}</h1>
<p class="lead">${inlineHtml(description)}</p>
<p>Status <code>${status}</code>, type <code>${problemType(service, kind)}</code>. The
<code>detail</code> of an answer says what was wrong with its request, and its
<code>request_id</code> finds the request in the log.</p>
<h2>Example</h2>
<pre><code>${escapeHtml(example)}</code></pre>
${members ? `<h2>Members</h2>${membersHtml(service, members)}` : ""}
${terms.length > 0 ? `<h2>Headers</h2>${termsHtml(terms)}` : ""}
${more}`;
  return pageHtml({ title, main, service });
}

/** Schemas stand on the page of the API. */
function membersHtml(service: string, members: z.ZodObject): string {
  const fields = fieldsHtml(toJsonSchema(members, "output", {}));
  return fields.replaceAll('href="#', `href="/${service}/docs#`);
}

/** Links to the page of each kind. */
export function problemList(service: string, kinds: Iterable<ProblemKind>): string {
  const terms = [...kinds]
    .sort((a, b) => a.status - b.status)
    .map((kind) =>
      termHtml(
        `<code>${kind.status}</code> <a href="${problemType(service, kind)}">${escapeHtml(kind.title)}</a>`,
        kind.description,
      ),
    );
  return termsHtml(terms);
}
