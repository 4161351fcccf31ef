import { z } from 'zod';
import { SluiceError } from '../../core/sluice-error.js';
import type { DecodedCompletion } from '../../core/dialect/upstream-dialect.js';
import { mergeFinish } from '../../core/outcome.js';
import { findError } from './errors/find-error.js';
import { findUsage } from './usage/find-usage.js';
import { failureOfFinish, readFinishReason } from './errors/finish-reason.js';
import { isRecord } from './chunk/is-record.js';
import { streamError } from './errors/read-error.js';
import { readUsage } from './usage/read-usage.js';

const completionSchema = z.object({
  model: z.string().optional().catch(undefined),
  choices: z.array(z.object({ finish_reason: z.unknown().optional() })).catch([]),
});

/** The reported facts of a whole answer. Source: OpenAI API reference, 'The chat completion object'. */
export function decodeCompletion(body: unknown): DecodedCompletion {
  const reported = findError(body);
  if (reported !== undefined) return { finished: [], error: streamError(reported) };
  const { model, choices } = completionSchema.safeParse(body).data ?? { choices: [] };
  if (choices.length === 0) {
    const problem = 'The upstream answered with something that is no chat completion';
    return { finished: [], error: new SluiceError('upstream-error', problem) };
  }
  const reasons = choices.map((choice) => readFinishReason(choice.finish_reason));
  const failures = reasons.map((reason) => (reason === undefined ? undefined : failureOfFinish(reason)));
  const error = failures.find((failure) => failure !== undefined);
  if (error !== undefined) return { finished: [], error };
  // Where a server says nothing of the end, its whole body is one. One that says that there is none has broken off.
  if (choices.some((choice, at) => typeof choice.finish_reason === 'string' && reasons[at] === undefined)) {
    const problem = 'The upstream closed before its answer was complete';
    return { finished: [], finishReason: undefined, error: new SluiceError('upstream-cut', problem) };
  }
  const finished = reasons.flatMap((reason, choice) => (reason === undefined ? [] : [choice]));
  const usage = isRecord(body) ? readUsage(findUsage(body)) : undefined;
  const finishReason = reasons.reduce(mergeFinish, undefined);
  return { finished, finishReason, usage, model: model || undefined };
}
