import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';
import type { ScriptedRequest } from './script.js';

/** What a script looks at. */
const requestSchema = z.object({
  model: z.string().catch(''),
  stream: z.boolean().catch(false),
  stream_options: z.object({ include_usage: z.boolean().catch(false) }).catch({ include_usage: false }),
  messages: z.array(z.object({ role: z.string(), content: z.unknown().optional() })).catch([]),
});

/** A request that an upstream received. */
export class ReceivedRequest implements ScriptedRequest {
  /** What the body says. */
  readonly body: unknown;
  readonly streaming: boolean;
  readonly includeUsage: boolean;
  readonly model: string;
  readonly question: string;
  /** Resolves when the connection's part in it is over; `complete` is false if the client left before the end. */
  readonly closed: Promise<{ readonly complete: boolean; readonly at: number }>;
  readonly #socket: Socket | null;
  readonly #takenBefore: number;

  private constructor(
    readonly headers: IncomingHttpHeaders,
    /** The JSON body as it came. */
    readonly text: string,
    response: ServerResponse,
  ) {
    this.body = JSON.parse(text);
    const body = requestSchema.parse(this.body);
    this.streaming = body.stream;
    this.includeUsage = body.stream_options.include_usage;
    this.model = body.model;
    this.question = textOf(body.messages.findLast(({ role }) => role === 'user')?.content);
    // The response forgets its socket when it is over.
    this.#socket = response.socket;
    this.#takenBefore = this.#socket?.bytesWritten ?? 0;
    this.closed = new Promise((resolve) => {
      response.once('close', () => resolve({ complete: response.writableFinished, at: performance.now() }));
    });
  }

  static async read(request: IncomingMessage, response: ServerResponse): Promise<ReceivedRequest> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    return new ReceivedRequest(request.headers, Buffer.concat(chunks).toString('utf8'), response);
  }

  /** Bytes of the answer that the socket has taken; it takes no more while its reader does not read. */
  get bytesTaken(): number {
    return (this.#socket?.bytesWritten ?? 0) - this.#takenBefore;
  }
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}
