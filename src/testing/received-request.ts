import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ScriptedRequest } from './script.js';

type Body = Readonly<Record<string, unknown>>;

/** A request that an upstream received. */
export class ReceivedRequest implements ScriptedRequest {
  /** Resolves when the connection's part in it is over; `complete` is false if the client left before the end. */
  readonly closed: Promise<{ readonly complete: boolean; readonly at: number }>;

  private constructor(
    readonly headers: IncomingHttpHeaders,
    readonly path: string,
    readonly body: Body,
    private readonly response: ServerResponse,
  ) {
    this.closed = new Promise((resolve) => {
      response.once('close', () => resolve({ complete: response.writableFinished, at: performance.now() }));
    });
  }

  static async read(request: IncomingMessage, response: ServerResponse): Promise<ReceivedRequest> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body;
    return new ReceivedRequest(request.headers, request.url ?? '', body, response);
  }

  get streaming(): boolean {
    return this.body['stream'] === true;
  }

  get includeUsage(): boolean {
    return (this.body['stream_options'] as Body | undefined)?.['include_usage'] === true;
  }

  get model(): string {
    return String(this.body['model']);
  }

  get question(): string {
    const messages = this.body['messages'] as readonly Body[];
    return String(messages.findLast(({ role }) => role === 'user')?.['content'] ?? '');
  }

  /** Bytes written for it and not yet taken by the socket. */
  get unread(): number {
    return this.response.writableLength;
  }
}
