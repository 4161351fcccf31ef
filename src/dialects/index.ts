import type { DialectName } from '../core/dialect/dialect-name.js';
import type { UpstreamDialect } from '../core/dialect/dialect.js';
import { openaiChat } from './openai-chat/index.js';

/** The dialects that an upstream may speak, by name. */
export const upstreamDialects: Partial<Record<DialectName, UpstreamDialect>> = {
  'openai-chat': openaiChat,
};

/** The names for configuration. */
export const upstreamDialectNames = ['openai-chat'] as const satisfies readonly DialectName[];
