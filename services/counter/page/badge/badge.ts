import { escapeHtml } from "../../../../shared/kit/http/html.ts";

export const badgeStyles = ["flat", "flat-square", "plastic"] as const;
export type BadgeStyle = (typeof badgeStyles)[number];

export interface Badge {
  label: string;
  count: number;
  /** `#rrggbb`. */
  color: string;
  style: BadgeStyle;
}

export const DEFAULT_COLOUR = "#c2410c";

/** Names that people know from other badges. */
const colours: ReadonlyMap<string, string> = new Map([
  ["red", "#c2332b"],
  ["orange", DEFAULT_COLOUR],
  ["yellow", "#dfb317"],
  ["green", "#15803d"],
  ["brightgreen", "#44cc11"],
  ["blue", "#1d6fb8"],
  ["purple", "#7c3aed"],
  ["gray", "#6b7280"],
]);
export const colourNames = [...colours.keys()];

/** @returns `#rrggbb`: the default one for what is no colour */
export function parseColour(text: unknown): string {
  if (typeof text !== "string") return DEFAULT_COLOUR;
  const digits = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(text)?.[1];
  if (digits === undefined) return colours.get(text.toLowerCase()) ?? DEFAULT_COLOUR;
  return `#${digits.length === 6 ? digits : digits.replaceAll(/./g, "$&$&")}`.toLowerCase();
}

/**
 * Draws a label beside a count, as an SVG image 20 px high that needs no font of its own.
 *
 * Text cannot be measured here, so the boxes are as wide as the text is in Verdana: the fonts that
 * stand in for it run no wider. The page's script runs this function and those below it too, from
 * their source text: they name nothing but each other and `escapeHtml`.
 */
export function renderBadge({ label, count, color, style }: Badge): string {
  const name = withoutControls(label);
  const number = count.toLocaleString("en-US");
  const padding = 6;
  const split = widthOf(name) + 2 * padding;
  const side = widthOf(number) + 2 * padding;
  const round = style === "flat-square" ? 0 : 4;
  const corner = (x: number, y: number) => `a${round} ${round} 0 0 0 ${x * round} ${y * round}`;
  const left = `M${split} 0H${round}${corner(-1, 1)}V${20 - round}${corner(1, 1)}H${split}z`;
  const width = split + side;
  const right = `M${split} 20h${side - round}${corner(1, -1)}V${round}${corner(-1, -1)}H${split}z`;
  const text = (x: number, fill: string, content: string) =>
    `<text x="${x}" y="14" fill="${fill}">${escapeHtml(content)}</text>`;
  // Light from above, without a gradient: that would need a name that is unique in its page.
  const top = `M0 10V${round}a${round} ${round} 0 0 1 ${round} -${round}H${width - round}`;
  const gloss = `<path fill="#fff" fill-opacity=".2" d="${top}${corner(1, 1)}V10z"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img">
<title>${escapeHtml(name)}: ${number}</title>
<path fill="#44403c" d="${left}"/>
<path fill="${color}" d="${right}"/>${style === "plastic" ? gloss : ""}
<g font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
${text(split / 2, "#fff", name)}
${text(split + side / 2, inkOn(color), number)}
</g>
</svg>
`;
}

/** White or near black, whichever is easier to read. */
export function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(
    (start) => (Number.parseInt(color.slice(start, start + 2), 16) / 255) ** 2.2,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 ? "#1c1917" : "#fff";
}

/** Leaves out what XML has no way to write, not even escaped. */
export function withoutControls(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\ufffe\uffff]/gu, "");
}

/** Advances of Verdana at 11 px, rounded up within their kind. */
export function widthOf(text: string): number {
  const advances: readonly (readonly [RegExp, number])[] = [
    [/[il .,'|]/, 4],
    [/[fjrtI!:;()[\]/\\-]/, 5],
    [/[mwMW@%]/, 11.5],
    [/[A-Z&<>+=#~\u00a1-\u024f]/, 9],
    [/[!-~]/, 7],
    // Any other script: as wide as two Latin letters.
    [/[^]/, 14],
  ];
  const advanceOf = (character: string) =>
    advances.find(([kind]) => kind.test(character))?.[1] ?? 0;
  return Math.ceil(Array.from(text, advanceOf).reduce((sum, advance) => sum + advance, 0));
}
