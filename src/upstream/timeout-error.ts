import type { UpstreamSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';

/** The error for a timer that ran out. */
export function timeoutError(
  which: 'first-token' | 'answer' | 'idle' | 'total',
  { name, firstTokenTimeoutMs, answerTimeoutMs, idleTimeoutMs, totalTimeoutMs }: UpstreamSettings,
): SluiceError {
  switch (which) {
    case 'first-token':
      return new SluiceError(
        'timeout-first-token',
        `The upstream '${name}' sent no content within ${firstTokenTimeoutMs} ms`,
      );
    case 'answer':
      return new SluiceError(
        'timeout-answer',
        `The upstream '${name}' sent no whole answer within ${answerTimeoutMs} ms`,
      );
    case 'idle':
      return new SluiceError('timeout-idle', `The upstream '${name}' was silent for ${idleTimeoutMs} ms`);
    case 'total':
      return new SluiceError('timeout-total', `The stream was not complete after ${totalTimeoutMs} ms`);
  }
}
