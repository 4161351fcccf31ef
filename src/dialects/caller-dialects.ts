import type { CallerDialect } from '../core/dialect.js';
import { nativeFormat } from './native/native-format.js';
import { readSaid as readNative } from './native/read-said.js';
import { openaiChatFormat } from './openai-chat/index.js';
import { readSaid as readOpenai } from './openai-chat/read-said.js';

/** The dialects of streams that are kept, by name. */
export const callerDialects = {
  native: { format: nativeFormat, readSaid: readNative },
  'openai-chat': { format: openaiChatFormat, readSaid: readOpenai },
} as const satisfies Record<string, CallerDialect>;
