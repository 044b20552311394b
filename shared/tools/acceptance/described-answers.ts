import ajv2020, { type ValidateFunction } from "@redocly/ajv/dist/2020.js";
import { serviceNames } from "../../contract.ts";
import type { DescribedResponse } from "../../kit/http/docs/answers.ts";
import type { ApiDocument } from "../../kit/http/docs/openapi.ts";
import type { Answer, Call, Target } from "./target.ts";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
/** No description describes itself. */
const DOCUMENTATION = /^\/[\w-]+\/(?:docs|openapi\.json)$/;
/** What HTTP itself, its way here, and browsers' policies need of any answer; all else is described. */
const UNDESCRIBED = new RegExp(
  "^(?:date|server|via|connection|keep-alive|transfer-encoding|content-(?:type|length)|vary|" +
    "strict-transport-security|content-security-policy|referrer-policy|origin-agent-cluster|" +
    "x-accel-buffering|access-control-.*|cross-origin-.*|" +
    "x-(?:content-type-options|dns-prefetch-control|download-options|frame-options|" +
    "permitted-cross-domain-policies|xss-protection))$",
);
const formats = {
  int32: {
    type: "number" as const,
    validate: (value: number) => value === Math.trunc(value) && Math.abs(value) < 2 ** 31,
  },
  int64: { type: "number" as const, validate: (value: number) => Number.isSafeInteger(value) },
  double: true,
  date: /^\d{4}-\d\d-\d\d$/,
  "date-time": DATE_TIME,
  "uri-reference": /^[!-~]+$/,
} as const;

/** Where a document describes an operation; without a method, of a path that does not have it. */
interface Described {
  service: string;
  template: string;
  method: string | undefined;
}

/** An answer's description, and where it stands. */
interface DescribedAnswer {
  pointer: string;
  response: DescribedResponse;
}

/** What the services of a system say of their answers, to compare with what they answer. */
export class DescribedAnswers {
  readonly #ajv = new ajv2020.default({ strict: false, formats });
  readonly #documents = new Map<string, ApiDocument>();
  readonly #validators = new Map<string, ValidateFunction>();
  #count = 0;

  /** A service that does not describe itself is left out: its own checks tell why. */
  static async read(target: Target): Promise<DescribedAnswers> {
    const described = new DescribedAnswers();
    for (const service of serviceNames) {
      const answer = await target.send({ method: "GET", path: `/${service}/openapi.json` });
      if (answer.status !== 200) continue;
      const document = JSON.parse(answer.text) as ApiDocument;
      described.#documents.set(service, document);
      described.#ajv.addSchema({ $id: service, ...document });
    }
    return described;
  }

  /** How many answers were compared. */
  get count(): number {
    return this.#count;
  }

  /**
   * Compares an answer with what is said of its operation: status, headers, media type and schema.
   * `HEAD` is as `GET`, and a method that the path does not have fails as any other.
   *
   * @throws Error that says what is not as described
   */
  check({ method, path }: Call, answer: Answer): void {
    if (DOCUMENTATION.test(path)) return;
    const operation = this.#find(method.toLowerCase(), path.replace(/\?.*$/, ""));
    const { status } = answer;
    if (operation === undefined || (operation.method === undefined && status < 400)) return;
    const described = this.#responseOf(operation, status);
    this.#checkHeaders(described, answer);
    this.#checkBody(described, answer, method === "HEAD");
    this.#count += 1;
  }

  #checkBody({ pointer, response }: DescribedAnswer, answer: Answer, isLeftOut: boolean): void {
    const { call, status, headers, text } = answer;
    const type = headers.get("content-type")?.replace(/;.*$/, "");
    const { content } = response;
    const isDescribed = type === undefined ? !content : type in (content ?? {});
    if (!isDescribed)
      throw new Error(`${call}: ${type ?? "no body"} is not described for ${status}`);
    if (!type?.endsWith("json") || isLeftOut) return;
    const validate = this.#validatorOf(`${pointer}/content/${escape(type)}/schema`);
    if (validate(JSON.parse(text))) return;
    const faults = this.#ajv.errorsText(validate.errors);
    throw new Error(`${call}: ${status} is not as described: ${faults} in ${text.slice(0, 300)}`);
  }

  #checkHeaders({ pointer, response }: DescribedAnswer, { call, status, headers }: Answer): void {
    const [service = "", place = ""] = pointer.split("#");
    for (const [name, value] of headers) {
      if (UNDESCRIBED.test(name)) continue;
      const header = response.headers?.[name] as { $ref?: string } | undefined;
      if (header === undefined)
        throw new Error(`${call}: the header ${name} is not described for ${status}`);
      const validate = this.#validatorOf(
        `${service}${header.$ref ?? `#${place}/headers/${name}`}/schema`,
      );
      const isValid: boolean = validate(value);
      if (!isValid) throw new Error(`${call}: ${name}: ${value} is not as described for ${status}`);
    }
  }

  /** A fixed path before one with parameters, as the services look for them. */
  #find(method: string, path: string): Described | undefined {
    const all = [...this.#documents].flatMap(([service, { paths }]) =>
      Object.keys(paths).map((template) => ({ service, template })),
    );
    const [found] = all
      .filter(({ template }) => matcherOf(template).test(path))
      .sort((a, b) => a.template.split("{").length - b.template.split("{").length);
    if (found === undefined) return undefined;
    const methods = this.#documents.get(found.service)?.paths[found.template] ?? {};
    const own = [method, ...(method === "head" ? ["get"] : [])].find((each) => each in methods);
    return { ...found, method: own };
  }

  #responseOf({ service, template, method }: Described, status: number): DescribedAnswer {
    const { paths, components } = this.#documents.get(service) as ApiDocument;
    if (method === undefined) {
      const failure = components.responses["Failure"] as DescribedResponse;
      return { pointer: `${service}#/components/responses/Failure`, response: failure };
    }
    const responses = paths[template]?.[method]?.responses ?? {};
    const key = String(status) in responses ? String(status) : "default";
    const response = responses[key];
    if (response === undefined) throw new Error(`${status} is not described`);
    if (!("$ref" in response)) {
      const place = `${service}#/paths/${escape(template)}/${method}/responses/${key}`;
      return { pointer: place, response };
    }
    const name = response.$ref.slice(response.$ref.lastIndexOf("/") + 1);
    return {
      pointer: `${service}${response.$ref}`,
      response: components.responses[name] as DescribedResponse,
    };
  }

  #validatorOf(pointer: string): ValidateFunction {
    const known = this.#validators.get(pointer);
    if (known) return known;
    const validator = this.#ajv.compile({ $ref: pointer });
    this.#validators.set(pointer, validator);
    return validator;
  }
}

/** As a part of a JSON pointer in a URL. */
function escape(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** `/product/{id}` is matched by `/product/1`. */
export function matcherOf(template: string): RegExp {
  const source = template.split(/\{\w+\}/).map((part) => RegExp.escape(part));
  return new RegExp(`^${source.join("[^/]+")}$`);
}
