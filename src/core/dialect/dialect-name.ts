/** The wire formats, facing callers or upstreams. The only list of them is `dialects/index.ts`. */
export type DialectName = 'native' | 'openai-chat' | 'plain-text';
