import { escapeHtml } from "../../../shared/kit/http/html.ts";

export interface Badge {
  label: string;
  count: number;
}

const PADDING = 6;

/** Advances of Verdana at 11 px, rounded up within their kind. */
const advances: readonly [RegExp, number][] = [
  [/[il .,'|]/, 4],
  [/[fjrtI!:;()[\]/\\-]/, 5],
  [/[mwMW@%]/, 11.5],
  [/[A-Z&<>+=#~\u00a1-\u024f]/, 9],
  [/[!-~]/, 7],
];

/** Any other script: as wide as two Latin letters. */
const WIDEST = 14;

/**
 * Draws a label beside a count, as an SVG image 20 px high that needs no font of its own.
 *
 * Text cannot be measured here, so the boxes are as wide as the text is in Verdana: the fonts that
 * stand in for it run no wider.
 */
export function renderBadge({ label, count }: Badge): string {
  const name = withoutControls(label);
  const number = count.toLocaleString("en-US");
  const split = widthOf(name) + 2 * PADDING;
  const side = widthOf(number) + 2 * PADDING;
  const text = (x: number, content: string) =>
    `<text x="${x}" y="14">${escapeHtml(content)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${split + side}" height="20" role="img">
<title>${escapeHtml(name)}: ${number}</title>
<path fill="#44403c" d="M${split} 0H4a4 4 0 0 0-4 4v12a4 4 0 0 0 4 4h${split - 4}z"/>
<path fill="#c2410c" d="M${split} 0h${side - 4}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H${split}z"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
${text(split / 2, name)}
${text(split + side / 2, number)}
</g>
</svg>
`;
}

/** Leaves out what XML has no way to write, not even escaped. */
function withoutControls(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\ufffe\uffff]/gu, "");
}

function widthOf(text: string): number {
  const advanceOf = (character: string) =>
    advances.find(([kind]) => kind.test(character))?.[1] ?? WIDEST;
  return Math.ceil(Array.from(text, advanceOf).reduce((sum, advance) => sum + advance, 0));
}
