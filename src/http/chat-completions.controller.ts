import {
  Controller,
  HttpCode,
  Inject,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { CrossSiteGuard } from '../access/cross-site.guard.js';
import { callerOf } from '../access/caller-of.js';
import type { Caller, ChatRequest } from '../core/chat-request.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StopSignal } from '../core/stop-signal.js';
import { parseCursor, type Cursor } from '../dialects/native/cursor.js';
import { decodeRequest } from '../dialects/openai-chat/decode-request.js';
import { encodeErrorBody } from '../dialects/openai-chat/encode-error.js';
import { openaiChatFormat } from '../dialects/openai-chat/index.js';
import { OnceAnswers } from '../relay/once-answers.js';
import { OnceStreams } from '../relay/once-streams.js';
import { ownerOf, RecordedStreams } from '../relay/recorded-streams.js';
import { RelayService } from '../relay/relay.service.js';
import { ErrorFilter } from './error-filter.js';
import { Exchange, type AdapterReply, type AdapterRequest } from './exchange.js';
import { FrameWriter, type FrameSource } from './frame-writer.js';
import { DocumentChatCompletions } from './openapi/chat-completions.docs.js';
import { readOnce } from './read-once.js';
import { readGrace } from './read-grace.js';
import { eventStreamHead, servedHeaders, type StreamHead } from './stream-head.js';
import { lastEventIdOf } from './stream-requests.js';

/** How long a chat completion goes on without a reader, in seconds: its clients cannot come back. */
const GRACE_SECONDS = 0;
/** The same for one whose caller can, with its Idempotency-Key. */
const KEYED_GRACE_SECONDS = 30;

interface AskOptions {
  readonly caller: Caller;
  readonly signal: StopSignal;
}

/** OpenAI's chat completions, streaming and not. Responses are written whole here, past a host's interceptors. */
@ApiTags('openai')
@Controller({ path: 'v1/chat/completions', version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard, CrossSiteGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class ChatCompletionsController {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(RecordedStreams) private readonly recorded: RecordedStreams,
    @Inject(OnceStreams) private readonly once: OnceStreams,
    @Inject(OnceAnswers) private readonly onceAnswers: OnceAnswers,
    @Inject(FrameWriter) private readonly writer: FrameWriter,
  ) {}

  @Post()
  @HttpCode(200)
  @DocumentChatCompletions()
  async create(@Req() request: AdapterRequest, @Res() reply: AdapterReply): Promise<void> {
    const exchange = new Exchange(request, reply);
    if (lastEventIdOf(exchange) !== undefined) return this.#resume(exchange);
    const { request: question, streaming } = decodeRequest(request.body);
    const options = { caller: callerOf(request), signal: exchange.closing() };
    if (streaming) await this.#stream(exchange, question, options);
    else await this.#answer(exchange, question, options);
    return undefined;
  }

  /** Resolves when the head is out. The stream goes on by itself: its relay ends it when its client leaves. */
  async #stream(exchange: Exchange, question: ChatRequest, options: AskOptions): Promise<void> {
    const once = readOnce(exchange, question.source?.body);
    const graceSeconds = once?.key === undefined ? GRACE_SECONDS : KEYED_GRACE_SECONDS;
    const grace = { askedGrace: readGrace(exchange.header('x-sluice-grace')), graceSeconds };
    if (once?.key === undefined && this.recorded.graceOf(question, grace) === 0) {
      const stream = await this.relay.open(question, { ...options, format: openaiChatFormat });
      return this.#send(exchange, stream, eventStreamHead(stream, exchange.isHttp11, stream.headers));
    }
    const recording = { format: openaiChatFormat, dialect: 'openai-chat', ...grace, ...options } as const;
    const stream = await (once === undefined
      ? this.recorded.open(question, recording)
      : this.once.open(once, question, recording));
    const head = eventStreamHead(stream, exchange.isHttp11, stream.headers);
    return this.#send(exchange, stream.read(0, options.signal), head);
  }

  /** fetch-event-source POSTs again with the last id it saw: that must never be a second generation. */
  async #resume(exchange: Exchange): Promise<void> {
    const owner = ownerOf(callerOf(exchange.request));
    const found = await this.#streamAt(lastEventIdOf(exchange) ?? '', owner);
    if (found === undefined) {
      throw new SluiceError('stream-gone', 'The stream cannot be resumed; ask again without Last-Event-ID');
    }
    const { streamId, sequence } = found;
    const source = this.recorded.read(streamId, sequence + 1, exchange.closing());
    this.#send(exchange, source, eventStreamHead({ id: streamId }, exchange.isHttp11));
  }

  /** Where a chat completion is to be gone on with; whatever its id is, another one is not. */
  async #streamAt(lastEventId: string, owner: string): Promise<Cursor | undefined> {
    try {
      const cursor = parseCursor(lastEventId);
      const { dialect } = await this.recorded.find(cursor.streamId, owner, cursor.sequence + 1);
      return dialect === 'openai-chat' ? cursor : undefined;
    } catch (error) {
      if (SluiceError.from(error).code === 'stream-log-unavailable') throw error;
      return undefined;
    }
  }

  #send(exchange: Exchange, source: FrameSource, head: StreamHead): void {
    this.writer.write(exchange, source, head, 'us').subscribe({ complete: () => exchange.response.end() });
  }

  async #answer(exchange: Exchange, question: ChatRequest, options: AskOptions): Promise<void> {
    const once = readOnce(exchange, question.source?.body);
    const answer = await (once === undefined
      ? this.relay.complete(question, options)
      : this.onceAnswers.complete(once, question, options));
    exchange.send(
      200,
      { ...answer.headers, ...servedHeaders(answer), 'content-type': answer.contentType },
      answer.body,
    );
  }
}
