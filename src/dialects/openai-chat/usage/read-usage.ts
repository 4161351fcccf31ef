import { USAGE_DETAILS, type Usage } from '../../../core/usage.js';
import { isRecord } from '../chunk/is-record.js';

/** No answer has more tokens: a higher count is none. Sums of such counts stay exact. */
const MAX_TOKENS = 1_000_000_000;

/** The names of the counts: OpenAI's chat completions, its Responses and Anthropic's, Gemini's, Ollama's, llama.cpp's. */
const SHAPES: readonly Shape[] = [
  { prompt: ['prompt_tokens'], completion: ['completion_tokens'], total: 'total_tokens' },
  { prompt: ['input_tokens'], completion: ['output_tokens'], total: 'total_tokens' },
  {
    prompt: ['promptTokenCount'],
    completion: ['candidatesTokenCount', 'thoughtsTokenCount'],
    total: 'totalTokenCount',
  },
  { prompt: ['prompt_eval_count'], completion: ['eval_count'], total: undefined },
  { prompt: ['prompt_n', 'cache_n'], completion: ['predicted_n'], total: undefined },
];

interface Shape {
  /** Of each list the first one is the count, and the others are added where they are there. */
  readonly prompt: readonly [string, ...string[]];
  readonly completion: readonly [string, ...string[]];
  readonly total: string | undefined;
}

/**
 * A provider's count of tokens; undefined where there is none, where it has another shape, or where it holds what is no
 * number of tokens: whole, from 0 to a billion.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const shape = SHAPES.find(({ prompt: [name] }) => isGiven(value[name]));
  if (shape === undefined) return undefined;
  const [promptTokens, completionTokens] = [sumOf(value, shape.prompt), sumOf(value, shape.completion)];
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  const total = shape.total === undefined ? undefined : value[shape.total];
  return {
    promptTokens,
    completionTokens,
    totalTokens: isCount(total) ? total : promptTokens + completionTokens,
    ...detailsOf(value),
  };
}

/**
 * Where servers count parts of the prompt and the completion: OpenAI's chat completions and its Responses, DeepSeek's, Gemini's,
 * llama.cpp's, Anthropic's.
 */
const DETAILS: Readonly<Record<(typeof USAGE_DETAILS)[number], readonly (readonly string[])[]>> = {
  cachedPromptTokens: [
    ['prompt_tokens_details', 'cached_tokens'],
    ['input_tokens_details', 'cached_tokens'],
    ['prompt_cache_hit_tokens'],
    ['cachedContentTokenCount'],
    ['cache_n'],
    ['cache_read_input_tokens'],
  ],
  cacheWriteTokens: [['prompt_tokens_details', 'cache_write_tokens'], ['cache_creation_input_tokens']],
  reasoningTokens: [
    ['completion_tokens_details', 'reasoning_tokens'],
    ['output_tokens_details', 'reasoning_tokens'],
    ['thoughtsTokenCount'],
  ],
};

function detailsOf(value: Readonly<Record<string, unknown>>): Partial<Usage> {
  const counts = USAGE_DETAILS.flatMap((name) => {
    const count = DETAILS[name].map((path) => valueAt(value, path)).find(isCount);
    return count === undefined ? [] : [[name, count] as const];
  });
  return Object.fromEntries(counts);
}

function valueAt(value: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), value);
}

/** Undefined if one of them is no count. What is not there counts as 0. */
function sumOf(value: Readonly<Record<string, unknown>>, names: readonly string[]): number | undefined {
  let sum = 0;
  for (const name of names) {
    const count = value[name];
    if (!isGiven(count)) continue;
    if (!isCount(count)) return undefined;
    sum += count;
  }
  return sum;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS;
}
