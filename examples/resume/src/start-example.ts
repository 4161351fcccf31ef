import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScriptedUpstream } from 'nestjs-sluice/testing';
import { ExampleModule, type ModelServer } from './example.module.js';
import { Network } from './network.js';
import { slowAnswer } from './slow-answer.js';

/** How the example is started. */
export interface ExampleOptions {
  /** On 127.0.0.1. @default a free one */
  readonly port?: number;
  /** @default a simulated one, slow enough to watch */
  readonly model?: ModelServer;
}

/** The example as it runs. */
export interface Example {
  /** Of the page. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the gateway on a port of its own, and before it the network that can be cut. Rejects if the port is taken. */
export async function startExample({ port = 0, model }: ExampleOptions = {}): Promise<Example> {
  const simulated = model === undefined ? (await ScriptedUpstream.start()).answers(slowAnswer()) : undefined;
  const server = model ?? { baseUrl: simulated?.baseUrl ?? '', model: 'simulated' };
  const app = await NestFactory.create(ExampleModule.askedOf(server), new FastifyAdapter(), {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
  const close = async () => {
    await app.close();
    await simulated?.stop();
  };
  try {
    await app.listen(0, '127.0.0.1');
    return { url: await app.get(Network).listen(port, await app.getUrl()), close };
  } catch (error) {
    await close();
    throw error;
  }
}
