import { expect } from "chai";
import {
  ConfigError,
  flag,
  list,
  oneOf,
  optionalUrl,
  readSettings,
  settingsTable,
  wholeNumber,
} from "./config.ts";

const settings = {
  port: wholeNumber({
    env: "PORT",
    meaning: "port",
    unit: "a TCP port",
    min: 0,
    max: 9,
    default: 8,
  }),
  store: oneOf({ env: "STORE", meaning: "store", values: ["redis", "dynamodb"], default: "redis" }),
  keys: list({
    env: "KEYS",
    meaning: "keys",
    entries: "words",
    pattern: /^\w+$/,
    secret: true,
    default: [],
  }),
  on: flag({ env: "ON", meaning: "switch", default: true }),
  url: optionalUrl({ env: "URL", meaning: "where", protocols: ["redis:", "rediss:"] }),
};

describe("readSettings", () => {
  it("takes defaults for what is unset or empty", () => {
    expect(readSettings(settings, { PORT: "", STORE: "  " })).to.deep.equal({
      port: 8,
      store: "redis",
      keys: [],
      on: true,
      url: undefined,
    });
  });

  it("keeps a configured 0 and off", () => {
    expect(readSettings(settings, { PORT: "0", ON: "off" })).to.include({ port: 0, on: false });
  });

  it("reads each kind of value", () => {
    const environment = { STORE: "dynamodb", KEYS: "a, b,c", URL: "rediss://:secret@host:6380" };
    expect(readSettings(settings, environment)).to.deep.include({
      store: "dynamodb",
      keys: ["a", "b", "c"],
      url: "rediss://:secret@host:6380",
    });
  });

  for (const keys of [",", "a,", "a,,b", "a b"]) {
    it(`takes the list "${keys}" for a fault, and never prints a secret`, () => {
      expect(() => readSettings(settings, { KEYS: keys }))
        .to.throw(ConfigError, /KEYS: expected comma-separated list of words, got /)
        .with.property("message")
        .that.does.not.include(`"${keys}"`);
    });
  }

  it("reports every fault at once: the name, what was expected, what came", () => {
    const environment = { PORT: "10", STORE: "mysql", ON: "yes", URL: "http://:secret@host" };
    expect(() => readSettings(settings, environment))
      .to.throw(ConfigError)
      .with.property("faults")
      .that.satisfies((faults: string[]) =>
        [
          /^PORT: expected whole number of a TCP port, 0 to 9, got "10".*default 8/,
          /^STORE: expected redis or dynamodb, got "mysql"/,
          /^ON: expected on or off, got "yes"/,
          /^URL: expected URL with redis:\/\/ or rediss:\/\/, got "http:\/\/\*\*\*@host"/,
        ].every((pattern, index) => pattern.test(faults[index] ?? "")),
      );
  });

  it("refuses numbers that only look like whole ones", () => {
    for (const text of ["1e0", "1.0", "-1", "0x1", "1 2", "٣"]) {
      expect(() => readSettings(settings, { PORT: text }), text).to.throw(ConfigError);
    }
  });
});

describe("settingsTable", () => {
  it("has a row a variable, with its default", () => {
    expect(settingsTable(settings)).to.include("| `PORT` | `8` |").and.include("| `URL` | unset |");
  });
});
