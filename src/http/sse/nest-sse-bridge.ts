import type { ServerResponse } from 'node:http';

const WRITE_HEAD = Symbol('writeHead');
const WRITE = Symbol('write');

/** What is replaced of a response for a moment, and what it was. */
interface Sender {
  writeHead: (this: Sender, ...args: never[]) => Sender;
  write: (this: Sender, ...args: never[]) => boolean;
  [WRITE_HEAD]?: Sender['writeHead'];
  [WRITE]?: Sender['write'];
}

/**
 * Nest 12 sends the head of an `@Sse` answer itself, without a charset, and a blank line after it, which makes
 * fetch-event-source fire an empty message. When the head is out already, this drops Nest's attempt at both:
 * one `writeHead`, and the `write('\n')` that follows in the same turn.
 *
 * The methods are the same functions for all responses: with closures in their place V8 keeps each response, and all that
 * it leads to, until the next major collection (docs/decisions/0014).
 */
export function suppressNestHead(response: Sender): void {
  response[WRITE_HEAD] = response.writeHead;
  response[WRITE] = response.write;
  response.writeHead = dropHead;
}

function dropHead(this: Sender): Sender {
  if (this[WRITE_HEAD] !== undefined) this.writeHead = this[WRITE_HEAD];
  this.write = dropBlankLine;
  return this;
}

function dropBlankLine(this: Sender, ...args: unknown[]): boolean {
  if (this[WRITE] !== undefined) this.write = this[WRITE];
  return args[0] === '\n' || Boolean(Reflect.apply(this.write, this, args));
}

/** Whether a stream is piped into a response, which then ends it. */
export function hasNestPipe(response: ServerResponse): boolean {
  return response.listenerCount('unpipe') > 0;
}
