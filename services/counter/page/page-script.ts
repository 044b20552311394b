import { escapeHtml } from "../../../shared/kit/http/html.ts";
import { inkOn, renderBadge, widthOf, withoutControls } from "./badge/badge.ts";
import { snippetsOf } from "./badge/snippets.ts";
import { BadgeMaker } from "./browser/badge-maker.ts";
import { countViews } from "./browser/count-views.ts";
import { LivePage } from "./browser/live-page.ts";
import { ReadableChart } from "./browser/readable-chart.ts";
import { describeBar, describeChart, layOutChart } from "./chart/chart.ts";
import { renderLine } from "./chart/chart-svg.ts";

/**
 * The page's script: `LivePage`, beside the functions that drew the page on the server.
 *
 * Their source text is sent as it runs here, without types. A bundler may rename the functions, in
 * their own text and where they are called alike; the classes have no other names than their places.
 */
export const pageScript = [
  ...[layOutChart, describeBar, describeChart, renderLine],
  ...[escapeHtml, renderBadge, inkOn, widthOf, withoutControls, snippetsOf],
  `new (${String(LivePage)})({ BadgeMaker: ${String(BadgeMaker)}, ReadableChart: ${String(ReadableChart)} }).start();`,
]
  .map(String)
  .join("\n")
  // A text that the script writes must not end it.
  .replaceAll("</", String.raw`<\/`);

/** The script of other sites. */
export const countScript = `(${String(countViews)})();\n`;
