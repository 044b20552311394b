import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { buildSync } from "esbuild";
import { renderPage, type PageView } from "./counter-page.ts";

const view: PageView = {
  page: "home",
  count: 1_284,
  lastMinute: 12,
  windowTo: "2026-11-21T12:00:07Z",
  instance: "task-7",
  history: [{ time: "2026-11-21T12:00:03Z", count: 12 }],
};

const render = (changes: Partial<PageView> = {}, origin = "https://counter.test") =>
  renderPage({ ...view, ...changes }, { scriptNonce: "n0nce", origin });

const textOf = (html: string, id: string) => new RegExp(`id="${id}"[^>]*>([^<]*)<`).exec(html)?.[1];

describe("renderPage", () => {
  it("says the count, the last minute, its time and the instance without any script", () => {
    const html = render();
    expect(textOf(html, "count")).to.equal("1,284");
    expect(textOf(html, "last-minute")).to.equal("12");
    expect(textOf(html, "total")).to.equal("12");
    expect(textOf(html, "instance")).to.equal("task-7");
    expect(textOf(html, "state")).to.equal("As of 12:00:07 UTC");
    expect(html).to.include("<title>1,284 · Views of home</title>");
  });

  for (const [count, text] of [
    [0, "0"],
    [1, "1"],
    [2 ** 53 - 1, "9,007,199,254,740,991"],
  ] as const) {
    it(`shows ${text}, in letters that fit the column`, () => {
      const html = render({ count, lastMinute: 0, history: [] });
      expect(textOf(html, "count")).to.equal(text);
      expect(html).to.include(`style="--characters:${text.length}"`);
      expect(textOf(html, "total")).to.equal("0");
    });
  }

  it("escapes whatever it is given", () => {
    const evil = `"'><script>alert(1)</script>&`;
    const html = render({ page: evil, instance: evil }, `https://${evil}`);
    expect(html).not.to.include("<script>");
    expect(html.match(/<script/g)).to.have.length(1);
    expect(html).not.to.match(/value="[^"]*'/);
  });

  it("gives one line to copy for Markdown and one for HTML", () => {
    const html = render();
    const address = "https://counter.test/counter/home/badge.svg";
    expect(html).to.include(`value="![views](${address})"`);
    expect(html).to.include(`value="&lt;img src=&quot;${address}&quot; alt=&quot;views&quot;&gt;"`);
  });

  it("loads nothing, and counts nothing by showing its own badge", () => {
    const html = render();
    expect(html).not.to.match(/<link rel="stylesheet|<img|<iframe|@import|url\(| src="/);
    expect(html.match(/href="[^"]*"/g)?.filter((link) => !link.includes('"data:'))).to.deep.equal([
      'href="/counter/docs"',
      'href="/counter/home"',
    ]);
  });

  it("carries the nonce on its only script", () => {
    expect(render().match(/<script[^>]*>/g)).to.deep.equal([
      '<script type="module" nonce="n0nce">',
    ]);
  });
});

describe("pageScript", () => {
  it("still has all it needs when the service is bundled and minified", async () => {
    const entry = fileURLToPath(new URL("page-script.ts", import.meta.url));
    const built = buildSync({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    const code = Buffer.from(built.outputFiles[0]!.contents).toString("base64");
    const { pageScript } = (await import(`data:text/javascript;base64,${code}`)) as {
      pageScript: string;
    };
    const shown = await runInStubBrowser(pageScript);
    expect(shown("total").textContent).to.equal("12");
    expect(shown("scale").textContent).to.equal("20");
    expect(shown("chart").attributes["aria-label"]).to.match(/^Views .* 12 in total/);
    const [title, , bar] = shown("chart").children[59]!.children;
    expect(title!.textContent).to.equal("12:00:00 UTC: 12");
    expect(bar!.attributes["height"]).to.equal("60");
  });
});

interface StubElement {
  textContent: string;
  attributes: Record<string, string>;
  children: StubElement[];
}

/** Just enough of a browser to show a history; a real one runs in the browser test. */
async function runInStubBrowser(script: string): Promise<(id: string) => StubElement> {
  const createElement = (children: StubElement[] = []) => ({
    ...{ textContent: "", attributes: {} as Record<string, string>, children, dataset: {} },
    setAttribute(name: string, value: string) {
      this.attributes[name] = value;
    },
  });
  const bars = Array.from({ length: 60 }, () =>
    createElement([createElement(), createElement(), createElement()]),
  );
  const elements = new Map<string, StubElement>([["chart", createElement(bars)]]);
  const getElementById = (id: string) => {
    const element = elements.get(id) ?? createElement();
    elements.set(id, element);
    return element;
  };
  const body = { to: view.windowTo, seconds: view.history };
  runInNewContext(script, {
    document: {
      ...{ body: { dataset: { page: "home" } }, hidden: false, getElementById },
      ...{ addEventListener: () => undefined, querySelectorAll: () => [] },
    },
    EventSource: class {
      addEventListener() {
        return undefined;
      }
    },
    fetch: () => Promise.resolve({ ok: true, json: () => Promise.resolve(body) }),
    ...{ AbortSignal, performance, location: { origin: "" } },
    window: { setTimeout: () => 0 },
    ...{ setInterval: () => 0, clearTimeout: () => undefined },
  });
  await new Promise((resolve) => setImmediate(resolve));
  return getElementById;
}
