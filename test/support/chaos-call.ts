import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Question } from './http-client.js';
import type { LoopClock } from './loop-clock.js';

/** When a caller leaves, if its answer has not ended before. */
export interface Leaving {
  readonly afterMs: number;
  /** Leaves with the first bytes, if they come before that. */
  readonly atFirstBytes: boolean;
}

/** What came of one call. */
export interface Call {
  /** 0: no head came. */
  readonly status: number;
  readonly streamId: string | undefined;
  readonly body: string;
  /** The body came to its end. */
  readonly complete: boolean;
  /** By the clock; undefined if the caller stayed. */
  readonly leftAt: number | undefined;
}

/** Asks over a socket of its own, and may leave at any moment. Resolves when the socket is closed. */
export function call(
  url: string,
  { path, headers, body }: Question & { readonly path: string },
  leaving: Leaving | undefined,
  clock: LoopClock,
): Promise<Call> {
  return new Promise((resolve) => {
    let leftAt: number | undefined;
    let message: IncomingMessage | undefined;
    const chunks: Buffer[] = [];
    const type = body === undefined ? undefined : { 'content-type': 'application/json' };
    const method = body === undefined ? 'GET' : 'POST';
    const sent = httpRequest(url + path, { method, agent: false, headers: { ...type, ...headers } });
    const leave = (): void => {
      leftAt ??= clock.ms;
      sent.destroy();
    };
    const timer = leaving && setTimeout(leave, leaving.afterMs);
    sent.on('error', () => undefined);
    sent.on('response', (response) => {
      message = response
        .on('error', () => undefined)
        .on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          if (leaving?.atFirstBytes === true) leave();
        });
    });
    sent.on('close', () => {
      clearTimeout(timer);
      resolve({
        status: message?.statusCode ?? 0,
        streamId: message?.headers['x-sluice-stream']?.toString(),
        body: Buffer.concat(chunks).toString('utf8'),
        complete: message?.complete ?? false,
        leftAt,
      });
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
