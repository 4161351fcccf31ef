import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../core/sluice-error.js';
import { reconnectHint } from './reconnect-hint.js';
import type { HttpExchange } from '../request/http-exchange.js';

const EVENT_SOURCE = { method: 'GET', accept: 'text/event-stream' };
const unavailable = new SluiceError('stream-log-unavailable', 'The stream log cannot be reached');

const exchangeOf = ({ method, accept }: { readonly method: string; readonly accept?: string | undefined }) =>
  ({
    request: { method },
    header: (name: string) => (name === 'accept' ? accept : undefined),
  }) as HttpExchange;

describe('reconnectHint', () => {
  it.each(['text/event-stream', 'text/event-stream, */*'])(
    'sends an EventSource nothing but the time after which it comes again (%s)',
    async (accept) => {
      const { output, flow } = reconnectHint(exchangeOf({ method: 'GET', accept }), unavailable);
      expect(await lastValueFrom(output.pipe(toArray()))).toEqual(['retry: 3000\n']);
      expect(flow.paused).toBe(false);
    },
  );

  it.each([
    { who: 'a client that posts', asks: { ...EVENT_SOURCE, method: 'POST' } },
    { who: 'a client that takes anything', asks: { method: 'GET', accept: '*/*' } },
    { who: 'a client that does not say what it takes', asks: { method: 'GET' } },
  ])('leaves the status to $who', ({ asks }) => {
    expect(() => reconnectHint(exchangeOf(asks), unavailable)).toThrow(unavailable);
  });

  it.each([
    new SluiceError('not-found', 'There is no such stream'),
    new SluiceError('shutting-down', 'Ask again'),
    new Error('stream-log-unavailable'),
    undefined,
  ])('leaves alone what does not go away by coming again: %s', (error) => {
    const thrown = (() => {
      try {
        return reconnectHint(exchangeOf(EVENT_SOURCE), error);
      } catch (caught) {
        return { caught };
      }
    })();
    expect(thrown).toEqual({ caught: error });
  });
});
