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
import { EMPTY } from 'rxjs';
import { BackPressure } from '../../core/flow-control/back-pressure.js';
import { ApiKeyGuard } from '../../access/api-key.guard.js';
import { CrossSiteGuard } from '../../access/cross-site.guard.js';
import type { ChatRequest } from '../../core/chat-request.js';
import { SluiceError } from '../../core/sluice-error.js';
import { decodeRequest } from '../../dialects/openai-chat/decode-request.js';
import { encodeErrorBody } from '../../dialects/openai-chat/errors/encode-error.js';
import { openaiChatCaller } from '../../dialects/openai-chat/index.js';
import { StreamOpener } from '../request/stream-opener.js';
import { bodyTextOf } from '../request/body-text.js';
import { ErrorFilter } from '../errors/error-filter.js';
import { HttpExchange, type NativeReply, type AdapterRequest } from '../request/http-exchange.js';
import { FrameWriter, type FrameSource } from '../sse/frame-writer.js';
import { DocumentChatCompletions } from '../openapi/chat-completions.docs.js';
import { eventStreamHead, type StreamHead } from '../sse/stream-head.js';
import { lastEventIdOf } from '../request/last-event-id.js';
import { StreamResumption } from '../request/stream-resumption.js';
import { WholeCompletions } from './whole-completions.js';

/** A retained stream behind a position. */
interface ResumedStream {
  readonly streamId: string;
  readonly source: FrameSource;
}

/** OpenAI's chat completions, streaming and not. Responses are written whole here, past a host's interceptors. */
@ApiTags('openai')
@Controller({ path: 'v1/chat/completions', version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard, CrossSiteGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class ChatCompletionsController {
  constructor(
    @Inject(StreamOpener) private readonly streams: StreamOpener,
    @Inject(StreamResumption) private readonly resumption: StreamResumption,
    @Inject(WholeCompletions) private readonly completions: WholeCompletions,
    @Inject(FrameWriter) private readonly writer: FrameWriter,
  ) {}

  @Post()
  @HttpCode(200)
  @DocumentChatCompletions()
  async create(@Req() request: AdapterRequest, @Res() reply: NativeReply): Promise<void> {
    const exchange = new HttpExchange(request, reply);
    const lastEventId = lastEventIdOf(exchange);
    if (lastEventId !== undefined) return this.#resume(exchange, lastEventId);
    const { request: chatRequest, streaming } = decodeRequest(request.body, bodyTextOf(request));
    if (streaming) await this.#stream(exchange, chatRequest);
    else await this.completions.answer(exchange, chatRequest);
    return undefined;
  }

  /** Resolves when the head is out. The stream then runs by itself: its relay ends it when its client leaves. */
  async #stream(exchange: HttpExchange, chatRequest: ChatRequest): Promise<void> {
    const { source, served } = await this.streams.open(exchange, chatRequest, openaiChatCaller);
    this.#send(exchange, source, eventStreamHead(served, exchange.keepsAlive, served.headers));
  }

  /** fetch-event-source POSTs again with the last id it saw: that must never be a second generation. */
  async #resume(exchange: HttpExchange, lastEventId: string): Promise<void> {
    const { streamId, source } = await this.#sourceAt(exchange, lastEventId);
    this.#send(exchange, source, eventStreamHead({ id: streamId }, exchange.keepsAlive));
  }

  /** The frames of a chat completion behind a position; whatever its id is, another stream has none. */
  async #sourceAt(exchange: HttpExchange, lastEventId: string): Promise<ResumedStream> {
    try {
      const { streamId } = openaiChatCaller.retained.readPosition(lastEventId);
      const reader = { streamId, lastEventId, dialect: openaiChatCaller };
      const source = await this.resumption.resume(exchange, reader);
      return { streamId, source: source ?? { output: EMPTY, flow: new BackPressure() } };
    } catch (error) {
      if (SluiceError.from(error).code === 'stream-log-unavailable') throw error;
      throw new SluiceError('stream-gone', 'The stream cannot be resumed; ask again without Last-Event-ID');
    }
  }

  #send(exchange: HttpExchange, source: FrameSource, head: StreamHead): void {
    this.writer.write(exchange, source, head);
  }
}
