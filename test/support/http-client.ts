import { once } from 'node:events';
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { createParser } from 'eventsource-parser';

/** What a test asks. */
export interface Question {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
}

/** One event as a client sees it. */
export interface ReceivedEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string;
}

/** An answer as it comes, over a socket of its own. */
export class Answer {
  readonly #chunks: Buffer[] = [];
  #changed: (() => void)[] = [];
  /** Resolves when the body is over; false if it was cut. */
  readonly over: Promise<boolean>;

  constructor(private readonly message: IncomingMessage) {
    message.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      for (const wake of this.#changed.splice(0)) wake();
    });
    message.on('error', () => undefined);
    this.over = new Promise((resolve) => message.once('close', () => resolve(message.complete)));
    void this.over.then(() => {
      for (const wake of this.#changed.splice(0)) wake();
    });
  }

  get status(): number {
    return this.message.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.message.headers;
  }

  /** What has come so far. */
  get received(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  /** The whole body. Throws if it was cut. */
  async text(): Promise<string> {
    if (!(await this.over)) throw new Error(`The answer broke off after: ${this.received}`);
    return this.received;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  /** Every event of the whole body. */
  async events(): Promise<ReceivedEvent[]> {
    return parseEvents(await this.text());
  }

  /** Resolves when what has come satisfies the test. Throws if the body ends before. */
  async until(test: (received: string) => boolean): Promise<void> {
    while (!test(this.received)) {
      if (this.message.closed) throw new Error(`The answer ended before, with: ${this.received}`);
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** Stops reading; the socket stays open. */
  pause(): void {
    this.message.pause();
  }

  resume(): void {
    this.message.resume();
  }

  /** Leaves, as a browser does when its tab is closed. */
  leave(): void {
    this.message.destroy();
  }
}

/** Asks, and resolves when the head of the answer is there. */
export async function ask(url: string, body: Question = {}): Promise<Answer> {
  const [message] = (await once(send(url, body), 'response')) as [IncomingMessage];
  return new Answer(message);
}

/** Asks, and can leave before the head of an answer is there. */
export function askAndLeave(url: string, body: Question = {}): { leave(): void } {
  const sent = send(url, body).on('error', () => undefined);
  return { leave: () => sent.destroy() };
}

function send(url: string, { method, headers, body }: Question): ClientRequest {
  const sent = httpRequest(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    agent: false,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  });
  return sent.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
}

/** The events in a text of the event stream format. */
export function parseEvents(text: string): ReceivedEvent[] {
  const events: ReceivedEvent[] = [];
  const parser = createParser({ onEvent: ({ event, id, data }) => events.push({ event, id, data }) });
  parser.feed(text);
  return events;
}
