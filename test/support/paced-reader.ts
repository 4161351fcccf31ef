import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Question } from './http-client.js';

/** Asks, and reads the whole answer at no more than this pace. Throws if it breaks off. */
export async function readAtPace(
  url: string,
  { path, headers, body }: Question & { readonly path: string },
  bytesPerSecond: number,
): Promise<string> {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const type = content === undefined ? {} : { 'content-type': 'application/json' };
  const method = content === undefined ? 'GET' : 'POST';
  const sent = httpRequest(url + path, { method, agent: false, headers: { ...type, ...headers } });
  sent.end(content);
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  const startedAt = performance.now();
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // The iterator holds the socket back for as long as this takes.
    await delay(Math.max(0, (bytes / bytesPerSecond) * 1000 - (performance.now() - startedAt)));
  }
  return Buffer.concat(chunks).toString('utf8');
}
