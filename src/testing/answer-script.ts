import {
  closingChunks,
  contentChunks,
  event,
  roleChunk,
  wholeAnswer,
  type ScriptedAnswer,
  type ScriptedToolCall,
} from './openai-events.js';
import { pieces } from './pieces.js';
import type { Script, ScriptedRequest } from './script.js';
import type { Step } from './step.js';

interface Plan {
  readonly answer: Omit<ScriptedAnswer, 'model'>;
  readonly model: string | undefined;
  readonly firstDelayMs: number;
  readonly delayMs: number;
  /** Content chunks before the fault; undefined: none. */
  readonly faultAfter: number | undefined;
  readonly fault: readonly Step[];
  /** The answer goes on after the fault. */
  readonly goesOn: boolean;
  readonly bytesPerWrite: number | undefined;
  readonly done: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };

const PLAN: Plan = {
  answer: { reasoning: [], deltas: [], toolCalls: [], finishReason: 'stop', usage: USAGE, extra: {} },
  model: undefined,
  firstDelayMs: 0,
  delayMs: 0,
  faultAfter: undefined,
  fault: [],
  goesOn: true,
  bytesPerWrite: undefined,
  done: 'data: [DONE]\n\n',
  responseHeaders: {},
};

/** A scripted answer. Each method returns a new script; faults read as `streams('…').after(2).thenCuts()`. */
export class AnswerScript implements Script {
  readonly status = 200;

  constructor(private readonly plan: Plan = PLAN) {}

  get headers(): Readonly<Record<string, string>> {
    return this.plan.responseHeaders;
  }

  /** Reasoning that comes before the text. */
  reasoning(...reasoning: string[]): AnswerScript {
    return this.#answer({ reasoning });
  }

  toolCall(...toolCalls: ScriptedToolCall[]): AnswerScript {
    return this.#answer({ toolCalls });
  }

  /** @default 'stop' */
  finishes(finishReason: string): AnswerScript {
    return this.#answer({ finishReason });
  }

  usage(usage: Record<string, unknown>): AnswerScript {
    return this.#answer({ usage });
  }

  /** Vendor fields on each chunk. */
  extra(extra: Record<string, unknown>): AnswerScript {
    return this.#answer({ extra });
  }

  /** @default the model that was asked for */
  model(model: string): AnswerScript {
    return this.#with({ model });
  }

  /** Milliseconds before the first content and between chunks. */
  paced(firstDelayMs: number, delayMs: number): AnswerScript {
    return this.#with({ firstDelayMs, delayMs });
  }

  /** Writes that tear events and characters apart: `bytesPerWrite` bytes each. */
  torn(bytesPerWrite: number): AnswerScript {
    return this.#with({ bytesPerWrite });
  }

  /** Ends without `[DONE]`. */
  withoutDone(): AnswerScript {
    return this.#with({ done: '' });
  }

  respondsWith(responseHeaders: Record<string, string>): AnswerScript {
    return this.#with({ responseHeaders });
  }

  /** How many content chunks come before what is said next. */
  after(chunks: number): AnswerScript {
    return this.#with({ faultAfter: chunks });
  }

  /** Breaks the connection off. */
  thenCuts(): AnswerScript {
    return this.#fault([{ do: 'cut' }], false);
  }

  /** Ends the body cleanly, as if that had been all. */
  thenCloses(): AnswerScript {
    return this.#fault([], false);
  }

  /** Says nothing more and stays connected. */
  thenStalls(): AnswerScript {
    return this.#fault([{ do: 'stall' }], false);
  }

  /** Reports an error inside the 200. */
  thenFails(error: Record<string, unknown> = { message: 'overloaded', type: 'server_error' }): AnswerScript {
    return this.#fault([{ do: 'write', bytes: event({ error }) }], false);
  }

  /** Sends bytes of any kind and goes on. */
  thenSends(bytes: string | Buffer): AnswerScript {
    return this.#fault([{ do: 'write', bytes }], true);
  }

  /** Waits for a promise and goes on. */
  thenHolds(until: Promise<unknown>): AnswerScript {
    return this.#fault([{ do: 'hold', until }], true);
  }

  steps(request: ScriptedRequest): readonly Step[] {
    const answer = { ...this.plan.answer, model: this.plan.model ?? request.model };
    if (!request.streaming) return this.#wholeSteps(answer);
    const { faultAfter, fault, goesOn, firstDelayMs, delayMs } = this.plan;
    const content = contentChunks(answer).map((bytes): Step => ({ do: 'write', bytes }));
    const cutAt = faultAfter ?? content.length;
    const rest = goesOn ? [...content.slice(cutAt), ...this.#closing(answer, request.includeUsage)] : [];
    return [
      ...this.#write([roleChunk(answer)]),
      ...wait(firstDelayMs),
      ...this.#spaced(content.slice(0, cutAt), delayMs),
      ...fault,
      ...this.#spaced(rest, delayMs),
    ];
  }

  /** With `stream: false` a fault stands after half of the body. */
  #wholeSteps(answer: ScriptedAnswer): readonly Step[] {
    const body = wholeAnswer(answer);
    const { faultAfter, fault, goesOn, firstDelayMs } = this.plan;
    if (faultAfter === undefined) return [...wait(firstDelayMs), { do: 'write', bytes: body }];
    const half = Math.floor(body.length / 2);
    const rest: Step[] = goesOn ? [{ do: 'write', bytes: body.slice(half) }] : [];
    return [
      { do: 'write', bytes: body.slice(0, half) },
      ...fault.filter((step) => step.do !== 'write'),
      ...rest,
    ];
  }

  #closing(answer: ScriptedAnswer, includeUsage: boolean): Step[] {
    const done = this.plan.done === '' ? [] : [this.plan.done];
    return [...closingChunks(answer, includeUsage), ...done].map((bytes) => ({ do: 'write', bytes }));
  }

  #spaced(steps: readonly Step[], delayMs: number): Step[] {
    return steps.flatMap((step) => [
      ...(step.do === 'write' ? this.#write([step.bytes]) : [step]),
      ...wait(delayMs),
    ]);
  }

  #write(chunks: readonly (string | Buffer)[]): Step[] {
    const { bytesPerWrite } = this.plan;
    return chunks.flatMap((chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      return pieces(bytes, bytesPerWrite ?? bytes.length).map((piece): Step => ({
        do: 'write',
        bytes: piece,
      }));
    });
  }

  #answer(change: Partial<Omit<ScriptedAnswer, 'model'>>): AnswerScript {
    return this.#with({ answer: { ...this.plan.answer, ...change } });
  }

  #fault(fault: readonly Step[], goesOn: boolean): AnswerScript {
    return this.#with({ fault, goesOn, faultAfter: this.plan.faultAfter ?? 0 });
  }

  #with(change: Partial<Plan>): AnswerScript {
    return new AnswerScript({ ...this.plan, ...change });
  }
}

/** An answer of these deltas; one text is cut into its words. */
export function streams(...deltas: string[]): AnswerScript {
  const [only = ''] = deltas;
  const words = deltas.length === 1 ? (only.match(/\s*\S+|\s+$/g) ?? []) : deltas;
  return new AnswerScript({ ...PLAN, answer: { ...PLAN.answer, deltas: words } });
}

function wait(ms: number): Step[] {
  return ms === 0 ? [] : [{ do: 'wait', ms }];
}
