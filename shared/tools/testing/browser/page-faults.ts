import axe from "axe-core";
import type { Page } from "playwright-core";

const widths = [320, 375, 1_440];
const schemes = ["light", "dark"] as const;

/** What axe looks for: of a dark page only what the scheme can change. */
const rules = { light: "{}", dark: `{ runOnly: ["color-contrast"] }` };

/**
 * What is wrong with a page as it stands: what axe finds, in each scheme and at each width, and
 * where it has to be scrolled sideways.
 *
 * @see https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
 */
export async function pageFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  await page.evaluate(axe.source);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    const needed = await page.evaluate<number>("document.documentElement.scrollWidth");
    if (needed > width) faults.push(`${width} px: needs ${needed} px`);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${rules[colorScheme]})`);
      const places = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => `${width} px, ${colorScheme}: ${id} at ${target.join(" ")}`),
      );
      faults.push(...places);
    }
  }
  return faults;
}
