import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../core/chat-request.js';
import { SluiceError } from '../core/sluice-error.js';
import { decodeBody } from '../dialects/native/decode-request.js';
import { nativeFormat } from '../dialects/native/native-format.js';
import { decodeRequest } from '../dialects/openai-chat/decode-request.js';
import { openaiChatFormat } from '../dialects/openai-chat/index.js';
import { RecordedStreams, type RecordedStream } from '../relay/recorded-streams.js';

/** How long a stream goes on after its last reader has left, in seconds, where nothing else is said. */
const GRACE_SECONDS = 30;

/** Starts streams that need no connection. */
@Injectable()
export class DetachedStreams {
  constructor(@Inject(RecordedStreams) private readonly streams: RecordedStreams) {}

  /**
   * Starts what a body asks for: the native dialect's fields, or those of a chat completion with
   * `"dialect": "openai-chat"`. Resolves when the stream has an id. Throws what the caller should be told.
   */
  start(body: unknown, caller: Caller, askedGrace: number | undefined): Promise<RecordedStream> {
    const { dialect, question } = read(body);
    const isNative = dialect === 'native';
    return this.streams.open(isNative ? decodeBody(question) : decodeRequest(question).request, {
      format: isNative ? nativeFormat : openaiChatFormat,
      dialect,
      caller,
      graceSeconds: GRACE_SECONDS,
      askedGrace,
      detached: true,
    });
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
