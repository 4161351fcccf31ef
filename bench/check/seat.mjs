import { measure, warmUp } from '../measure/run-once.mjs';
import { setStage, strike } from '../measure/stage.mjs';
import { figuresOf } from '../report/figures.mjs';

/** @typedef {import('../scenarios.mjs').Scenario} Scenario */
/** @typedef {import('../scenarios.mjs').Plan} Plan */

/** A subject's part of a sitting, with a stage of its own. Once it has failed, it does no more. */
export class Seat {
  /** @type {import('../measure/stage.mjs').Stage | undefined} */
  #stage;
  /** @type {string | undefined} */
  #failure;
  #scenario = '';
  /** @type {import('../report/figures.mjs').Figures[]} */
  #runs = [];

  /**
   * @param {string} id
   * @param {import('../subjects.mjs').Subject} subject
   * @param {import('../measure/run-once.mjs').Machine} machine
   */
  constructor(id, subject, machine) {
    this.id = id;
    this.subject = subject;
    this.machine = machine;
  }

  /**
   * What it has done since it entered the scenario.
   * @returns {import('./sitting.mjs').Turns}
   */
  get turns() {
    const failure = this.#failure;
    const turns = { scenario: this.#scenario, subject: this.id, runs: this.#runs };
    return failure === undefined ? turns : { ...turns, failure };
  }

  /** @param {Plan[]} warmup */
  async start(warmup) {
    await this.#try(async () => {
      this.#stage = await setStage(this.subject, this.machine, { probe: undefined, profileTo: undefined });
      await warmUp(this.#stage, this.subject, { warmup });
    });
  }

  /**
   * @param {string} name
   * @param {Scenario} scenario
   */
  async enter(name, scenario) {
    this.#scenario = name;
    this.#runs = [];
    await this.#onStage((stage) => warmUp(stage, this.subject, scenario));
  }

  /** @param {Scenario} scenario */
  async run(scenario) {
    const { cores } = this.machine;
    await this.#onStage(async (stage) => {
      const run = await measure(stage, this.subject, scenario, cores);
      this.#runs.push(figuresOf(run, scenario, cores.gateway !== undefined));
    });
  }

  async leave() {
    if (this.#stage !== undefined) await strike(this.#stage);
  }

  /** @param {(stage: import('../measure/stage.mjs').Stage) => Promise<void>} act */
  async #onStage(act) {
    const stage = this.#stage;
    if (stage !== undefined && this.#failure === undefined) await this.#try(() => act(stage));
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    try {
      await act();
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }
}
