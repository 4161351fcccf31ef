import { z } from 'zod';

/** A scheme and what follows it but a path; of other schemes than http browsers do not say more. */
const SERIALIZED = /^[a-z][a-z\d+.-]*:\/\/[!-~]+$/;
const NOT_IN_HOSTS = /[*/?#@\\,]/;

/**
 * An origin as browsers write it, since it is compared exactly, or `*` for all. Source: HTML standard, 'ASCII serialization of
 * an origin'.
 */
export const originSchema = z
  .string()
  .refine(isOrigin, 'is no origin as browsers send it, such as https://app.example, nor *');

function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null') return true;
  const host = text.slice(text.indexOf('://') + '://'.length);
  if (!SERIALIZED.test(text) || NOT_IN_HOSTS.test(host)) return false;
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text);
}
