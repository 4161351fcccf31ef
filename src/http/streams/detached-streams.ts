import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../../access/caller-of.js';
import { SluiceError } from '../../core/sluice-error.js';
import { decodeBody } from '../../dialects/native/decode-request.js';
import { nativeFormat } from '../../dialects/native/native-format.js';
import { decodeRequest } from '../../dialects/openai-chat/decode-request.js';
import { openaiChatFormat } from '../../dialects/openai-chat/index.js';
import { withMembers } from '../../dialects/json/with-members.js';
import { DeduplicatedStreams } from '../../resumable/idempotency/deduplicated-streams.js';
import { ResumableStreams, type ResumableStream } from '../../resumable/resumable-streams.js';
import { bodyTextOf } from '../request/body-text.js';
import type { HttpExchange } from '../request/http-exchange.js';
import { readGrace } from '../request/grace-header.js';
import { readRequestIdentity } from '../request/idempotency-headers.js';

/** How long a stream goes on after its last reader has left, in seconds, where nothing else is said. */
const GRACE_SECONDS = 30;

/** Starts streams that need no connection. */
@Injectable()
export class DetachedStreams {
  constructor(
    @Inject(ResumableStreams) private readonly streams: ResumableStreams,
    @Inject(DeduplicatedStreams) private readonly once: DeduplicatedStreams,
  ) {}

  /**
   * Starts what a body asks for: the native dialect's fields, or those of a chat completion with
   * `"dialect": "openai-chat"`. Resolves when the stream has an id; a key that was given before gives the stream of then.
   * Throws what the caller should be told.
   */
  async start(exchange: HttpExchange): Promise<ResumableStream> {
    const { dialect, question } = read(exchange.request.body);
    const isNative = dialect === 'native';
    const text = bodyTextOf(exchange.request);
    const json = text && withMembers(text, { dialect: undefined });
    const request = isNative ? decodeBody(question, json) : decodeRequest(question, json).request;
    const options = {
      format: isNative ? nativeFormat : openaiChatFormat,
      dialect,
      caller: callerOf(exchange.request),
      graceSeconds: GRACE_SECONDS,
      askedGrace: readGrace(exchange.header('x-sluice-grace')),
      detached: true,
    };
    const once = readRequestIdentity(exchange, request, false);
    // Who leaves before it has an id can ask for the stream with its key alone.
    if (once?.key === undefined)
      return this.streams.open(request, { ...options, signal: exchange.disconnectSignal() });
    const { stream } = await this.once.open(once, request, options);
    return stream;
  }
}

function read(body: unknown): { readonly dialect: 'native' | 'openai-chat'; readonly question: unknown } {
  if (typeof body !== 'object' || body === null || !('dialect' in body))
    return { dialect: 'native', question: body };
  const { dialect, ...question } = body;
  if (dialect === 'native' || dialect === 'openai-chat') return { dialect, question };
  throw new SluiceError(
    'invalid-request',
    'The request is not valid: dialect: must be native or openai-chat',
  );
}
