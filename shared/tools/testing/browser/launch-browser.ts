import { type Browser, chromium } from "playwright-core";
import { findProgram } from "../../local/processes/find-program.ts";

const browsers = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
];

/** The browser on this machine, which calls only the pages under test. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findProgram(browsers);
  if (executablePath === undefined) {
    throw new Error(`Install one of ${browsers.join(", ")}, e.g. apt-get install chromium.`);
  }
  const quiet = ["background-networking", "component-update", "sync", "quic", "gpu"];
  const args = ["--no-sandbox", "--no-first-run", ...quiet.map((name) => `--disable-${name}`)];
  return chromium.launch({ executablePath, args });
}
