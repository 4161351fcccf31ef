import type { ServerResponse } from 'node:http';

/**
 * Nest 12 sends the head of an `@Sse` answer itself, without a charset, and a blank line after it, which makes
 * fetch-event-source fire an empty message. When the head is out already, this drops Nest's attempt at both:
 * one `writeHead`, and the `write('\n')` that follows in the same turn.
 */
export function dropNestHead(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response);
  const write = response.write.bind(response);
  response.writeHead = () => {
    response.writeHead = writeHead;
    response.write = (...args: unknown[]): boolean => {
      response.write = write;
      return args[0] === '\n' || Boolean(Reflect.apply(write, response, args));
    };
    return response;
  };
}
