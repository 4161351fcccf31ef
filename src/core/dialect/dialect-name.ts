/** The name of a wire format, as `openai-chat`. The formats are listed in `dialects/index.ts`; a host may add its own. */
export type DialectName = string;
