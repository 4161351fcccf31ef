import { streams, type Script, type ScriptedRequest, type Step } from '../../src/testing/index.js';
import { Gate } from './gate.js';

/** An answer that waits after each delta until it is released: what a client has by then came by itself. */
export class HeldAnswer implements Script {
  readonly status = 200;
  readonly headers = {};
  readonly #deltas: readonly [string, string, ...string[]];
  readonly #gates: readonly Gate[];
  #released = 0;

  constructor(...deltas: [string, string, ...string[]]) {
    this.#deltas = deltas;
    this.#gates = deltas.map(() => new Gate());
  }

  /** Lets the next delta come; after the last one, the end. */
  release(): void {
    this.#gates[this.#released]?.open();
    this.#released += 1;
  }

  steps(request: ScriptedRequest): readonly Step[] {
    // The first step is the role, and one for each delta follows.
    return streams(...this.#deltas)
      .steps(request)
      .flatMap((step, at): Step[] => {
        const held = this.#gates[at - 1];
        return held === undefined ? [step] : [step, { do: 'hold', until: held.opened }];
      });
  }
}
