import { readFile } from "node:fs/promises";
import ajv2020 from "@redocly/ajv/dist/2020.js";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect } from "chai";
import { serviceNames } from "../../contract.ts";
import type { ApiDocument, Operation } from "../../kit/http/docs/openapi.ts";
import { breakingChanges, type Release, versionFaults } from "./changes.ts";
import { factsOf } from "./facts.ts";

/** Redocly's recommended rules, warnings included, and some that it leaves to the reader. */
const rules = {
  extends: ["recommended"],
  rules: {
    "no-invalid-schema-examples": "error",
    "no-invalid-media-type-examples": { severity: "error", allowAdditionalProperties: false },
    "operation-description": "error",
    "operation-operationId": "error",
    "tag-description": "error",
    // The repository has no licence to name.
    "info-license": "off",
    // What takes no input fails as `default` describes it.
    "operation-4xx-response": "off",
    // The schema of an event is used in `x-item-schema`, which the linter does not read.
    "no-unused-components": "off",
  },
} as const;

const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");
const describedBy = (service: string) => read(`../../../services/${service}/openapi.json`);

async function contractOf(service: string): Promise<ApiDocument> {
  return JSON.parse(await describedBy(service)) as ApiDocument;
}

/** The API of the counter, after a change. */
async function changed(change: (document: ApiDocument) => void): Promise<Release> {
  const document = await contractOf("counter");
  change(document);
  return { version: document.info.version, facts: factsOf(document) };
}

interface ObjectSchema {
  properties: Record<string, { maximum?: number }>;
  required: string[];
}

function schemaOf(document: ApiDocument, name: string): ObjectSchema {
  return document.components.schemas[name] as ObjectSchema;
}

for (const service of serviceNames) {
  describe(`the API of ${service}`, () => {
    it("breaks no rule that linters recommend", async () => {
      const config = await createConfig(structuredClone(rules) as never);
      const source = await describedBy(service);
      const faults = await lintFromString({ source, absoluteRef: "openapi.json", config });
      expect(faults.map(({ ruleId, message }) => `${ruleId}: ${message}`)).to.deep.equal([]);
    });

    it("names every object, and has an integer or a 64-bit double for each number", async () => {
      const { paths, components } = await contractOf(service);
      expect(unnamedObjects(paths)).to.deep.equal([]);
      for (const [name, { properties = {} }] of Object.entries(
        components.schemas as Record<string, Partial<ObjectSchema>>,
      )) {
        expect(unnamedObjects(properties), name).to.deep.equal([]);
      }
      const text = JSON.stringify({ paths, components });
      // Generators for OpenAPI 3.0 refuse a number here, and with it the whole document.
      expect(text).to.not.match(/"exclusiveM(?:in|ax)imum"/);
      expect(text).to.not.match(/"type":"(?:number|integer)"(?!,[^{}]*"format")/);
    });

    it("has an example of each request, of each answer and of each problem", async () => {
      const { paths, components } = await contractOf(service);
      const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
      expect(operations.flatMap(inputsOf).filter(hasNoExample)).to.deep.equal([]);
      const responses = [...operations, components].flatMap((each) =>
        Object.values(each.responses),
      );
      const contents = responses.flatMap((response) =>
        Object.entries(("content" in response && response.content) || {}),
      );
      // A page, an image and a script are shown where they are asked for.
      const data = contents.filter(([type]) => /json$|event-stream/.test(type));
      expect(data).to.have.length.above(10);
      expect(data.filter(([, media]) => hasNoExample(media as Media))).to.deep.equal([]);
    });

    it("has the version number that its changes since the release ask for", async () => {
      const document = await contractOf(service);
      const now = { version: document.info.version, facts: factsOf(document) };
      expect(now.facts).to.include.keys(`GET /${service}/status`);
      // A service that is new has no release yet.
      const released = await read(`released/${service}.json`).then(
        (text) => JSON.parse(text) as Release,
        () => now,
      );
      expect(versionFaults(released, now)).to.deep.equal([]);
    });
  });
}

describe("standard validators", () => {
  const cents = () => Math.floor(Math.random() * 1e10);

  it("take 100,000 prices and sizes, in requests and in answers, and JSON keeps each", async () => {
    const ajv = new ajv2020.default({ strict: false, formats: { double: true, int64: true } });
    for (const service of ["catalog", "stream-guard"]) {
      const { components } = await contractOf(service);
      ajv.addSchema({ $id: service, components });
    }
    const fieldOf = (place: string) =>
      ajv.compile({ $ref: place.replace("#", "#/components/schemas/") });
    const prices = ["catalog#NewProduct", "catalog#Product"].map((name) =>
      fieldOf(`${name}/properties/price`),
    );
    const sizes = ["stream-guard#Start", "stream-guard#Stream"].map((name) =>
      fieldOf(`${name}/properties/size`),
    );
    for (let run = 0; run < 100_000; run += 1) {
      const [price, size] = [cents() / 100, cents() * 900_719];
      const kept = JSON.parse(JSON.stringify([...new Float64Array([price, size])])) as number[];
      const isKept = kept[0] === price && kept[1] === size;
      const fits = prices.every((takes) => takes(price)) && sizes.every((takes) => takes(size));
      if (!isKept || !fits) expect.fail(`${price} or ${size} is refused, or becomes another`);
    }
  });
});

interface Media {
  example?: unknown;
  examples?: unknown;
}

/** Of an operation, what is sent: the parts of its path, and its body in each of its types. */
function inputsOf({ parameters = [], requestBody }: Operation): Media[] {
  const { content = {} } = (requestBody ?? {}) as { content?: Record<string, Media> };
  const inPath = parameters.filter((parameter) => parameter.in === "path");
  return [...inPath.map(({ schema }) => schema), ...Object.values(content)];
}

function hasNoExample({ example, examples }: Media): boolean {
  return example === undefined && examples === undefined;
}

/** Objects with fields and without a name. */
function unnamedObjects(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"type":"object","properties":\{"\w+/g)].map(String);
}

describe("a change of an API", () => {
  let released: Release;
  before(async () => (released = await changed(() => undefined)));

  for (const [what, change, told] of [
    [
      "renames a field of an answer",
      (document: ApiDocument) => {
        const { properties, required } = schemaOf(document, "Tally");
        properties["hits"] = properties["last_minute"] ?? {};
        delete properties["last_minute"];
        required.splice(required.indexOf("last_minute"), 1, "hits");
      },
      ["answer Tally.last_minute is gone"],
    ],
    [
      "narrows a bound of a request",
      (document: ApiDocument) => {
        const { count = {} } = schemaOf(document, "NewCount").properties;
        count.maximum = 9;
      },
      ["request NewCount.count ends earlier"],
    ],
    [
      "demands a new field",
      (document: ApiDocument) => {
        const { properties, required } = schemaOf(document, "NewCount");
        properties["reason"] = {};
        required.push("reason");
      },
      ["request NewCount.reason is new and required"],
    ],
    [
      "gives a field another type",
      (document: ApiDocument) => {
        Object.assign(schemaOf(document, "Tally").properties["page"] ?? {}, { type: "integer" });
      },
      ["answer Tally.page was string, is integer"],
    ],
    [
      "may leave a field out of an answer",
      (document: ApiDocument) => void schemaOf(document, "Tally").required.shift(),
      ["answer Tally.page may be missing now"],
    ],
    [
      "removes an operation",
      (document: ApiDocument) => delete document.paths["/counter/{page}/hits"],
      ["POST /counter/{page}/hits is gone"],
    ],
    [
      "renames a kind of problem",
      (document: ApiDocument) => {
        const { properties } = schemaOf(document, "InternalErrorProblem");
        Object.assign(properties["type"] ?? {}, { const: "/counter/problems/bug" });
      },
      ["answer InternalErrorProblem.type has other values"],
    ],
  ] as const) {
    it(`that ${what} asks for the next major number`, async () => {
      const now = await changed(change);
      expect(breakingChanges(released.facts, now.facts)).to.include.members([...told]);
      expect(versionFaults(released, now).join()).to.include("breaks clients");
      expect(versionFaults(released, { ...now, version: "3.0.0" })).to.deep.equal([]);
    });
  }

  it("that only adds asks for the next minor number", async () => {
    const now = await changed((document) => {
      schemaOf(document, "Tally").properties["note"] = {};
      schemaOf(document, "NewCount").properties["note"] = {};
    });
    expect(breakingChanges(released.facts, now.facts)).to.deep.equal([]);
    expect(versionFaults(released, now).join()).to.include("raise the minor number");
    expect(versionFaults(released, { ...now, version: "2.99.0" })).to.deep.equal([]);
  });

  it("that widens what may be sent is none that breaks", async () => {
    const now = await changed((document) => {
      delete schemaOf(document, "NewCount").properties["count"]?.maximum;
      schemaOf(document, "NewCount").required = [];
    });
    expect(breakingChanges(released.facts, now.facts)).to.deep.equal([]);
  });
});
