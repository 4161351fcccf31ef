import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ScriptedUpstream } from '../../testing/index.js';
import { simulatedAnswer } from './simulated-answer.js';

/** The upstream that a service without a key streams from: a real HTTP server on a loopback port. */
@Injectable()
export class SimulatedUpstream implements OnApplicationShutdown {
  readonly #logger = new Logger('Simulated');
  #server: ScriptedUpstream | undefined;

  /** Starts the server, if it does not run, and returns its base URL. */
  async start(): Promise<string> {
    // A service that fails to start must not be kept alive by this.
    this.#server ??= (await ScriptedUpstream.start()).answers(simulatedAnswer).unref();
    this.#logger.warn('No OPENAI_API_KEY and no OPENAI_BASE_URL: answers are simulated');
    return this.#server.baseUrl;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#server?.stop();
  }
}
