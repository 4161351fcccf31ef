import type { IncomingMessage } from 'node:http';
import { SluiceError } from '../../core/sluice-error.js';

/** The error for a request of HTTP/1.1 that has no `Host`, or more than one; undefined for any other. Source: RFC 9112 3.2. */
export function hostProblem({ httpVersion, headersDistinct }: IncomingMessage): SluiceError | undefined {
  if (httpVersion !== '1.1' || headersDistinct['host']?.length === 1) return undefined;
  return new SluiceError('invalid-request', 'Send one Host header');
}
