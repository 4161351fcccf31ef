import { ConfigurableModuleBuilder, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { ModulesContainer, RouterModule } from '@nestjs/core';
import { OpenAccess } from './access/open-access.js';
import { ChatCompletionsController } from './http/openai/chat-completions.controller.js';
import { ModelsController } from './http/openai/models.controller.js';
import { StreamController } from './http/native/stream.controller.js';
import { StreamsController } from './http/streams/streams.controller.js';
import { RoutePrefix } from './route-prefix.js';
import type { SluiceModuleExtras, SluiceModuleOptions } from './sluice.options.js';

const DEFAULTS: SluiceModuleExtras = { isGlobal: false, controllers: true, prefix: '', overrides: [] };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<SluiceModuleOptions>({
    moduleName: 'Sluice',
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createSluiceOptions')
    .setExtras(DEFAULTS, (definition, { isGlobal, controllers, prefix, overrides }): DynamicModule => {
      const providers = [...(definition.providers ?? []), ...(overrides ?? [])];
      const common = { ...definition, providers, global: isGlobal ?? false };
      return controllers === false
        ? common
        : withControllers(common, (prefix ?? '').replace(/^\/+|\/+$/g, ''));
    })
    .build();

function withControllers(definition: DynamicModule, prefix: string): DynamicModule {
  const module = prefix === '' ? definition.module : classOfItsOwn(definition.module);
  const place = new RoutePrefix(prefix, module);
  // At instantiation: before the init hooks Fastify has refused a path that is there twice, in words of its own.
  const check: Provider = {
    provide: Symbol('checked'),
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer) => place.checkAlone(modules),
  };
  return {
    ...definition,
    module,
    controllers: [StreamController, ChatCompletionsController, ModelsController, StreamsController],
    providers: [
      ...(definition.providers ?? []),
      { provide: RoutePrefix, useValue: place },
      check,
      OpenAccess,
    ],
    imports: [
      ...(definition.imports ?? []),
      ...(prefix === '' ? [] : [RouterModule.register([{ path: prefix, module }])]),
    ],
  };
}

/** RouterModule keeps one path for a class: each module with a prefix needs its own, so that two can stand side by side. */
function classOfItsOwn(module: Type<object>): Type<object> {
  return Object.defineProperty(class extends module {}, 'name', { value: module.name });
}
