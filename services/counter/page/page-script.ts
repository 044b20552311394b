import { LivePage } from "./browser/live-page.ts";
import { describeBar, describeChart, layOutChart } from "./chart.ts";
import { formatScale } from "./chart-svg.ts";

/**
 * The page's script: `LivePage`, beside the functions that drew the page on the server.
 *
 * Their source text is sent as it runs here, without types. A bundler may rename the functions, in
 * their own text and where they are called alike; the class has no other name than its place.
 */
export const pageScript = [
  ...[layOutChart, describeBar, describeChart, formatScale].map(String),
  `new (${String(LivePage)})().start();`,
].join("\n");
