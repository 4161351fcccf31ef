import { AnswerScript, streams, type ScriptedRequest } from '../../testing/index.js';

const FIRST_TOKEN_MS = 200;
const TOKEN_MS = 40;

/** An answer that says what it is, word for word, at the pace of a model. */
export function simulatedAnswer({ question: prompt }: ScriptedRequest): AnswerScript {
  const text =
    `[simulated] No model wrote this: the service has no OPENAI_API_KEY and no OPENAI_BASE_URL, so its built-in ` +
    `upstream answers. You asked: “${prompt}”. Each word reaches you as it is written, which is what streaming is for.`;
  return streams(text)
    .model('simulated')
    .extra({ system_fingerprint: 'simulated' })
    .usage(usageOf(prompt, text))
    .paced(FIRST_TOKEN_MS, TOKEN_MS);
}

/** Words stand for tokens. */
function usageOf(question: string, answer: string): Record<string, number> {
  const [prompt, completion] = [wordsIn(question), wordsIn(answer)];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}
