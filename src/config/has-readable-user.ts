/** False for a URL whose name or password is not URL-encoded: Node decodes them for each request, and throws. */
export function hasReadableUser(url: string): boolean {
  try {
    const { username, password } = new URL(url);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
