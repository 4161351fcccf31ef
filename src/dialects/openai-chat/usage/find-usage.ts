import { isRecord } from '../chunk/is-record.js';

/**
 * What a chunk or a whole answer says in the place of its usage, whatever it is; undefined where it says nothing. OpenAI's
 * `usage`, that of a choice (Moonshot), that of `x_groq` (Groq), `usageMetadata` (Gemini), `timings` (llama.cpp), or the counts
 * beside the answer (Ollama).
 */
export function findUsage(json: Readonly<Record<string, unknown>>): unknown {
  return json['usage'] ?? ofChoice(json['choices']) ?? elsewhere(json);
}

function ofChoice(choices: unknown): unknown {
  if (!Array.isArray(choices)) return undefined;
  const choice = (choices as unknown[]).at(-1);
  return isRecord(choice) ? (choice['usage'] ?? undefined) : undefined;
}

function elsewhere(json: Readonly<Record<string, unknown>>): unknown {
  const { x_groq: groq, usageMetadata, timings, prompt_eval_count: evaluated } = json;
  const ofGroq = isRecord(groq) ? groq['usage'] : undefined;
  return ofGroq ?? usageMetadata ?? timings ?? (typeof evaluated === 'number' ? json : undefined);
}
