import type { CallerDialect } from '../core/dialect/dialect.js';
import { nativeFormat } from './native/native-format.js';
import { readText as readNative } from './native/read-text.js';
import { openaiChatFormat } from './openai-chat/index.js';
import { readText as readOpenai } from './openai-chat/read-text.js';

/** The dialects of streams that are kept, by name. */
export const callerDialects = {
  native: { format: nativeFormat, readText: readNative },
  'openai-chat': { format: openaiChatFormat, readText: readOpenai },
} as const satisfies Record<string, CallerDialect>;
