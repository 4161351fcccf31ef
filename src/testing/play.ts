import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Step } from './step.js';

/** Plays steps on a response, no faster than its client reads. Ends early when the client leaves. */
export async function play(steps: readonly Step[], response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    for (const step of steps) {
      if (gone.signal.aborted || step.do === 'end') break;
      await take(step, response, gone.signal);
    }
    response.end();
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}

async function take(
  step: Exclude<Step, { do: 'end' }>,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  switch (step.do) {
    case 'write':
      if (!response.write(step.bytes)) await once(response, 'drain', { signal: gone });
      // One read on the other side for each write here, as far as a socket can promise it.
      else await delay(0, undefined, { signal: gone });
      return;
    case 'wait':
      await delay(step.ms, undefined, { signal: gone });
      return;
    case 'hold':
      await Promise.race([step.until, once(response, 'close', { signal: gone })]);
      return;
    case 'cut':
      response.socket?.resetAndDestroy();
      await once(response, 'close');
      return;
    case 'stall':
      await once(response, 'close');
      return;
  }
}
