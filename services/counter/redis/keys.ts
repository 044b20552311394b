/** One hash slot a page: one script can name all its keys in a cluster, too. */
export function pageKey(page: string): string {
  return `counter:v2:{${page}}`;
}

/** Who is about to begin an epoch of the page. */
export function beginKey(page: string): string {
  return `${pageKey(page)}:begin`;
}

/** The last batch of one writer that was counted. */
export function fenceKey(page: string, writer: string): string {
  return `${pageKey(page)}:batch:${writer}`;
}

/** The number that a key stands for. */
export function receiptKey(page: string, key: string): string {
  return `${pageKey(page)}:key:${key}`;
}

/** The page that a key stands for: alone in its slot, for a page is what it tells. */
export function claimKey(key: string): string {
  return `counter:v2:key:${key}`;
}

/** The page, its one-second buckets and its visitors of the day. */
export function keysOf(page: string): [page: string, ring: string, visitors: string] {
  const key = pageKey(page);
  return [key, `${key}:seconds`, `${key}:visitors`];
}
