import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { ScriptedRequest } from './script.js';

const bodySchema = z.looseObject({
  model: z.string().default(''),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().default(false) }).default({ include_usage: false }),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown().optional() })).default([]),
});

type Body = z.infer<typeof bodySchema>;

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
    const body = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return new ReceivedRequest(request.headers, request.url ?? '', body, response);
  }

  get streaming(): boolean {
    return this.body.stream;
  }

  get includeUsage(): boolean {
    return this.body.stream_options.include_usage;
  }

  get model(): string {
    return this.body.model;
  }

  get question(): string {
    const content = this.body.messages.findLast(({ role }) => role === 'user')?.content;
    return typeof content === 'string' ? content : JSON.stringify(content ?? '');
  }

  /** Bytes written for it and not yet taken by the socket. */
  get unread(): number {
    return this.response.writableLength;
  }
}
