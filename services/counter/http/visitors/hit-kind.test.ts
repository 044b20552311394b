import { expect } from "chai";
import { hitKind } from "./hit-kind.ts";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)";

const browsers = [
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36`,
  `${IPHONE} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1`,
  `Mozilla/5.0 (Linux; Android 15) ${WEBKIT} Chrome/130.0 Mobile Safari/537.36 DuckDuckGo/5`,
  "Mozilla/5.0 (Linux; Android 14; CUBOT X50) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
  "curl/8.11.0",
  "node",
];

const bots = [
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  "Mozilla/5.0 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
  "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
  "Baiduspider+(+http://www.baidu.com/search/spider.htm)",
  "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
  "WhatsApp/2.23.20.0",
  "ELB-HealthChecker/2.0",
  "kube-probe/1.31",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36",
];

describe("hitKind", () => {
  for (const userAgent of browsers) {
    it(`counts ${userAgent.slice(0, 60)}`, () => {
      expect(hitKind({ method: "GET", headers: { "user-agent": userAgent } })).to.equal("hit");
    });
  }

  for (const userAgent of bots) {
    it(`counts apart ${userAgent.slice(0, 60)}`, () => {
      expect(hitKind({ method: "POST", headers: { "user-agent": userAgent } })).to.equal("bot");
    });
  }

  it("counts who sends no user agent", () => {
    expect(hitKind({ method: "POST", headers: {} })).to.equal("hit");
  });

  it("takes HEAD for a look", () => {
    expect(hitKind({ method: "HEAD", headers: {} })).to.equal("look");
  });

  for (const [name, value] of [
    ["sec-purpose", "prefetch"],
    ["sec-purpose", "prefetch;prerender"],
    ["purpose", "prefetch"],
    ["x-moz", "prefetch"],
  ] as const) {
    it(`takes a page fetched ahead for a look: ${name}: ${value}`, () => {
      expect(hitKind({ method: "GET", headers: { [name]: value } })).to.equal("look");
    });
  }
});
