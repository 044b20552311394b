/** What the parser says without the text: kind and place. Its other messages quote the text. */
const PLACED = /^[^"]* at position \d+ \(line \d+ column \d+\)$|^Unexpected end of JSON input$/;

/**
 * What is wrong with a text that is no JSON, and where, without repeating any of it: it may hold a
 * password.
 */
export function describeJsonFault(text: string): string {
  const message = parserMessage(text);
  return PLACED.test(message) ? message : `Unexpected character in JSON at position ${find(text)}`;
}

/** The first character that no JSON text could have there: a shorter text only ends too early. */
function find(text: string): number {
  let [low, high] = [0, text.length];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (parserMessage(text.slice(0, middle)).endsWith("is not valid JSON")) high = middle;
    else low = middle;
  }
  return low;
}

function parserMessage(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
