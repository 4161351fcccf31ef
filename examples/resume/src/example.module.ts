import { Module, type DynamicModule } from '@nestjs/common';
import { SluiceModule } from 'nestjs-sluice';
import { Network } from './network.js';
import { NetworkController } from './network.controller.js';
import { PageController } from './page.controller.js';

/** Who answers: a server that speaks OpenAI's chat completions, and the model to ask it for. */
export interface ModelServer {
  readonly baseUrl: string;
  readonly model: string;
  readonly keys?: readonly string[];
}

/** Sluice in an application that serves a page, as any Nest application has it. */
@Module({ controllers: [PageController, NetworkController], providers: [Network] })
export class ExampleModule {
  static askedOf({ model, ...upstream }: ModelServer): DynamicModule {
    return {
      module: ExampleModule,
      imports: [
        SluiceModule.forRoot({
          upstreams: { model: upstream },
          routes: { example: { targets: [{ upstream: 'model', model }] } },
          // Ctrl-C ends streams that run, and does not wait for them.
          drainMs: 0,
        }),
      ],
    };
  }
}
