/** How every browser's `User-Agent` begins; a page cannot have it say something else without asking first (CORS). */
const BROWSER = /^Mozilla\//;

/** True for a request that a browser sends, by its `User-Agent`. */
export function isBrowser(headers: Readonly<Record<string, string | undefined>>): boolean {
  return BROWSER.test(headers['user-agent'] ?? '');
}
