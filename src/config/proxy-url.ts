import { z } from 'zod';
import { hasReadableUser } from './has-readable-user.js';

/** The URL of a proxy, which is spoken to without TLS. */
export const proxyUrl = z
  .url({ protocol: /^http$/, error: 'is not an http:// URL' })
  .refine(hasReadableUser, 'has a name or a password that is not URL-encoded');

/** The same in a variable of the environment, where `http://` may be left out. */
export const proxyFromText = z
  .string()
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .pipe(proxyUrl);
