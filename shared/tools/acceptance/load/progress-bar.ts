const CELLS = 40;

export interface Terminal {
  isTTY: boolean;
  write(text: string): unknown;
}

/**
 * Draws how much is done: over itself on a terminal, elsewhere, in a log, a line for every tenth.
 *
 * @returns to be called with the share, 0 to 1
 */
export function createProgressBar(terminal: Terminal): (share: number) => void {
  let shownTenths = 0;
  return function show(share) {
    const filled = Math.round(share * CELLS);
    const bar = `${"█".repeat(filled)}${"░".repeat(CELLS - filled)} ${Math.round(share * 100)} %`;
    if (terminal.isTTY) {
      terminal.write(`\r${bar}${share < 1 ? "" : "\n"}`);
      return;
    }
    const tenths = Math.floor(share * 10);
    if (tenths > shownTenths) terminal.write(`${bar}\n`);
    shownTenths = Math.max(shownTenths, tenths);
  };
}
