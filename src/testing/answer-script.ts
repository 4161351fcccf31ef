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

/** A step between two content chunks. */
interface Turn {
  readonly after: number;
  readonly step: Step;
}

interface Plan {
  readonly answer: Omit<ScriptedAnswer, 'model'>;
  readonly model: string | undefined;
  readonly firstDelayMs: number;
  readonly delayMs: number;
  /** How many content chunks come before the turn that is added next. */
  readonly at: number;
  readonly turns: readonly Turn[];
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
  at: 0,
  turns: [],
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

  /** @default the requested model */
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
    return this.#with({ at: chunks });
  }

  /** Breaks the connection off. */
  thenCuts(): AnswerScript {
    return this.#turn({ do: 'cut' });
  }

  /** Ends the body cleanly, as if that had been all. */
  thenCloses(): AnswerScript {
    return this.#turn({ do: 'end' });
  }

  /** Says nothing more and stays connected. */
  thenStalls(): AnswerScript {
    return this.#turn({ do: 'stall' });
  }

  /** Reports an error inside the 200. */
  thenFails(error: Record<string, unknown> = { message: 'overloaded', type: 'server_error' }): AnswerScript {
    return this.#turn({ do: 'write', bytes: event({ error }) }, { do: 'end' });
  }

  /** Sends bytes of any kind and continues. */
  thenSends(bytes: string | Buffer): AnswerScript {
    return this.#turn({ do: 'write', bytes });
  }

  /** Waits for a promise and continues. */
  thenHolds(until: Promise<unknown>): AnswerScript {
    return this.#turn({ do: 'hold', until });
  }

  steps(request: ScriptedRequest): readonly Step[] {
    const answer = { ...this.plan.answer, model: this.plan.model ?? request.model };
    if (!request.streaming) return this.#wholeSteps(answer);
    const { firstDelayMs, delayMs, done } = this.plan;
    const paced = (chunk: string) => [...this.#write(chunk), ...wait(delayMs)];
    const content = contentChunks(answer);
    return [
      ...this.#write(roleChunk(answer)),
      ...wait(firstDelayMs),
      ...content.flatMap((chunk, index) => [...this.#turnsAt(index), ...paced(chunk)]),
      ...this.#turnsAt(content.length, Number.POSITIVE_INFINITY),
      ...[...closingChunks(answer, request.includeUsage), done].flatMap(paced),
    ];
  }

  /** With `stream: false` every turn stands after half of the body. */
  #wholeSteps(answer: ScriptedAnswer): readonly Step[] {
    const body = Buffer.from(wholeAnswer(answer));
    const half = Math.floor(body.length / 2);
    const turns = this.plan.turns.map(({ step }) => step).filter((step) => step.do !== 'write');
    const [head, tail] = [this.#write(body.subarray(0, half)), this.#write(body.subarray(half))];
    return [...wait(this.plan.firstDelayMs), ...head, ...turns, ...tail];
  }

  #turnsAt(from: number, to = from): Step[] {
    return this.plan.turns.filter(({ after }) => after >= from && after <= to).map(({ step }) => step);
  }

  #write(chunk: string | Buffer): Step[] {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    return pieces(bytes, this.plan.bytesPerWrite ?? bytes.length).map((piece) => ({
      do: 'write',
      bytes: piece,
    }));
  }

  #turn(...steps: Step[]): AnswerScript {
    const { at, turns } = this.plan;
    return this.#with({ turns: [...turns, ...steps.map((step) => ({ after: at, step }))] });
  }

  #answer(change: Partial<Omit<ScriptedAnswer, 'model'>>): AnswerScript {
    return this.#with({ answer: { ...this.plan.answer, ...change } });
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
