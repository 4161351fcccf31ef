import { ConfigurableModuleBuilder, type DynamicModule } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { ChatCompletionsController } from './http/chat-completions.controller.js';
import { ModelsController } from './http/models.controller.js';
import { StreamController } from './http/stream.controller.js';
import { StreamsController } from './http/streams.controller.js';
import type { SluiceModuleExtras, SluiceModuleOptions } from './sluice.options.js';

const DEFAULTS: SluiceModuleExtras = { isGlobal: false, controllers: true, prefix: '' };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<SluiceModuleOptions>({
    moduleName: 'Sluice',
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createSluiceOptions')
    .setExtras(DEFAULTS, (definition, { isGlobal, controllers, prefix }): DynamicModule => ({
      ...definition,
      global: isGlobal ?? false,
      controllers:
        controllers === false
          ? []
          : [StreamController, ChatCompletionsController, ModelsController, StreamsController],
      imports: [
        ...(definition.imports ?? []),
        ...(prefix === undefined || prefix === ''
          ? []
          : [RouterModule.register([{ path: prefix, module: definition.module }])]),
      ],
    }))
    .build();
