import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../../access/caller-of.js';
import { Tickets, type IssuedTicket } from '../../access/tickets.js';
import { SluiceError } from '../../core/sluice-error.js';
import { DialectRegistry, type RetainedCallerDialect } from '../../core/dialect/dialect-registry.js';
import { formatOf } from '../../core/dialect/format-of.js';
import { nativeCaller } from '../../dialects/native/index.js';
import { withMembers } from '../../dialects/json/with-members.js';
import { DeduplicatedStreams } from '../../resumable/idempotency/deduplicated-streams.js';
import { ResumableStreams, type ResumableStream } from '../../resumable/resumable-streams.js';
import { ownerOf } from '../../resumable/stream-owner.js';
import { holdBodyOf } from '../bodies/count-body.js';
import { bodyTextOf } from '../request/body-text.js';
import type { HttpExchange } from '../request/http-exchange.js';
import { readGrace } from '../request/grace-header.js';
import { readRequestIdentity } from '../request/idempotency-headers.js';

/** The default grace of a detached stream after its last reader has left, in seconds. */
const GRACE_SECONDS = 30;

/** A stream that runs, and the ticket that reads it. */
export interface StartedStream extends IssuedTicket {
  readonly id: string;
}

/** Starts streams that need no connection. */
@Injectable()
export class DetachedStreams {
  constructor(
    @Inject(ResumableStreams) private readonly streams: ResumableStreams,
    @Inject(DeduplicatedStreams) private readonly deduplicated: DeduplicatedStreams,
    @Inject(DialectRegistry) private readonly dialects: DialectRegistry,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {}

  /**
   * Starts the stream of a body: the native dialect's fields, or with `"dialect": "openai-chat"` those of that dialect. Resolves when the stream has an id; a repeated key gives the first stream.
   * Throws the error for the caller.
   */
  async start(exchange: HttpExchange): Promise<StartedStream> {
    const { id } = await this.#start(exchange);
    return { id, ...this.tickets.issue(id, ownerOf(callerOf(exchange.request))) };
  }

  async #start(exchange: HttpExchange): Promise<ResumableStream> {
    const { dialect, question: body } = this.#read(exchange.request.body);
    const text = bodyTextOf(exchange.request);
    const json = text && withMembers(text, { dialect: undefined });
    const request = dialect.decodeRequest(body, json);
    const options = {
      format: formatOf(dialect),
      dialect: dialect.name,
      caller: callerOf(exchange.request),
      graceSeconds: GRACE_SECONDS,
      askedGrace: readGrace(exchange.header('x-sluice-grace')),
      detached: true,
      hold: holdBodyOf(exchange.request),
    };
    const identity = readRequestIdentity(exchange, request, false);
    // A caller that leaves before the response has no id, and can find the stream only by its key.
    if (identity?.key === undefined)
      return this.streams.open(request, { ...options, signal: exchange.disconnectSignal() });
    const { stream } = await this.deduplicated.open(identity, request, options);
    return stream;
  }

  #read(body: unknown): { readonly dialect: RetainedCallerDialect; readonly question: unknown } {
    if (typeof body !== 'object' || body === null || !('dialect' in body))
      return { dialect: nativeCaller, question: body };
    const { dialect: name, ...question } = body;
    const dialect = typeof name === 'string' ? this.dialects.retained(name) : undefined;
    if (dialect !== undefined) return { dialect, question };
    const names = this.dialects.retainedNames.join(' or ');
    throw new SluiceError('invalid-request', `The request is not valid: dialect: must be ${names}`);
  }
}
