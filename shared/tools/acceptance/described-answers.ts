import ajv2020, { type ValidateFunction } from "@redocly/ajv/dist/2020.js";
import { serviceNames } from "../../contract.ts";
import type { DescribedResponse } from "../../kit/http/docs/answers.ts";
import type { ApiDocument } from "../../kit/http/docs/openapi.ts";
import type { Answer, Call, Target } from "./target.ts";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
/** No description describes itself. */
const DOCUMENTATION = /^\/[\w-]+\/(?:docs|openapi\.json)$/;
const formats = {
  int32: {
    type: "number" as const,
    validate: (value: number) => value === Math.trunc(value) && Math.abs(value) < 2 ** 31,
  },
  int64: { type: "number" as const, validate: (value: number) => Number.isSafeInteger(value) },
  double: true,
  "date-time": DATE_TIME,
  "uri-reference": /^[!-~]+$/,
} as const;

/** Where a document describes an operation. */
interface Described {
  service: string;
  template: string;
  method: string;
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
   * Compares an answer with what is said of its operation: status, media type and schema.
   *
   * @throws Error that says what is not as described
   */
  check({ method, path }: Call, { call, status, headers, text }: Answer): void {
    if (DOCUMENTATION.test(path)) return;
    const operation = this.#find(method.toLowerCase(), path.replace(/\?.*$/, ""));
    if (operation === undefined) return;
    const { pointer, response } = this.#responseOf(operation, status);
    const type = headers.get("content-type")?.replace(/;.*$/, "");
    const isDescribed = type === undefined ? !response.content : type in (response.content ?? {});
    if (!isDescribed)
      throw new Error(`${call}: ${type ?? "no body"} is not described for ${status}`);
    this.#count += 1;
    if (!type?.endsWith("json")) return;
    const validate = this.#validatorOf(`${pointer}/content/${escape(type)}/schema`);
    if (validate(JSON.parse(text))) return;
    const faults = this.#ajv.errorsText(validate.errors);
    throw new Error(`${call}: ${status} is not as described: ${faults} in ${text.slice(0, 300)}`);
  }

  /** A fixed path before one with parameters, as the services look for them. */
  #find(method: string, path: string): Described | undefined {
    const all = [...this.#documents].flatMap(([service, { paths }]) =>
      Object.keys(paths).map((template) => ({ service, template, method })),
    );
    const [found] = all
      .filter(({ template }) => matcherOf(template).test(path))
      .sort((a, b) => a.template.split("{").length - b.template.split("{").length);
    const document = found && this.#documents.get(found.service);
    return document?.paths[found?.template ?? ""]?.[method] && found;
  }

  #responseOf({ service, template, method }: Described, status: number) {
    const document = this.#documents.get(service);
    const responses = document?.paths[template]?.[method]?.responses ?? {};
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
      response: document?.components.responses[name] as DescribedResponse,
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
