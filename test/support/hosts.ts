import 'reflect-metadata';
import {
  Catch,
  Injectable,
  Module,
  type ArgumentsHost,
  type CallHandler,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type LoggerService,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import compression from 'compression';
import { map, type Observable } from 'rxjs';
import {
  ActiveStreams,
  RelayEventSource,
  SluiceModule,
  type SluiceModuleExtras,
  type SluiceModuleOptions,
  type StreamEnded,
} from '../../src/index.js';

/** What stands around the module in a host application. */
export interface HostKind {
  readonly name: string;
  readonly adapter: 'fastify' | 'express';
  /** Global interceptors, pipes, filters and, on Express, compression middleware. */
  readonly loaded: boolean;
}

/** Every kind of host that the promises must hold in. */
export const hostKinds: readonly HostKind[] = [
  { name: 'Fastify', adapter: 'fastify', loaded: false },
  { name: 'Express', adapter: 'express', loaded: false },
  { name: 'Fastify with global interceptors, pipes and filters', adapter: 'fastify', loaded: true },
  {
    name: 'Express with global interceptors, pipes, filters and compression',
    adapter: 'express',
    loaded: true,
  },
];

/** What a test may change in a host. */
export interface HostOptions {
  readonly sluice: SluiceModuleOptions & SluiceModuleExtras;
  readonly imports?: readonly (Type | DynamicModule)[];
  /** Of Nest: the bytes of bodies are kept. */
  readonly rawBody?: boolean;
  /** What takes its log lines. @default nothing */
  readonly logger?: LoggerService;
  /** Called before the application listens. */
  readonly prepare?: (app: INestApplication) => void;
}

/** A running host. */
export interface Host {
  readonly url: string;
  readonly app: INestApplication;
  /** Every stream that ended so far, in order. */
  readonly ended: readonly StreamEnded[];
  /** Resolves with the next stream that ends. */
  readonly nextEnd: () => Promise<StreamEnded>;
  /** Streams that are open now. */
  readonly open: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a host application of this kind on a free loopback port. */
export async function startHost(kind: HostKind, options: HostOptions): Promise<Host> {
  @Module({ imports: [SluiceModule.forRoot(options.sluice), ...(options.imports ?? [])] })
  class HostModule {}

  const adapter = kind.adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(HostModule, adapter, {
    logger: options.logger ?? false,
    abortOnError: false,
    rawBody: options.rawBody ?? false,
  });
  if (kind.loaded) load(app, kind);
  options.prepare?.(app);
  const ended: StreamEnded[] = [];
  const waiting: ((event: StreamEnded) => void)[] = [];
  app.get(RelayEventSource).all.subscribe((event) => {
    if (event.type !== 'ended') return;
    ended.push(event);
    for (const resolve of waiting.splice(0)) resolve(event);
  });
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    app,
    ended,
    nextEnd: () => new Promise((resolve) => waiting.push(resolve)),
    open: () => app.get(ActiveStreams).size,
    stop: () => app.close(),
  };
}

/** Everything that a host may put around every route, in the forms that have broken streams elsewhere. */
function load(app: INestApplication, { adapter }: HostKind): void {
  if (adapter === 'express') app.use(compression({ threshold: 0 }));
  app.useGlobalInterceptors(new EnvelopeInterceptor());
  app.useGlobalPipes(new RefusingPipe());
  app.useGlobalFilters(new TeapotFilter());
}

/** Wraps every value, as many hosts do with their JSON. */
@Injectable()
class EnvelopeInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data, wrapped: true })));
  }
}

/** Refuses whatever it is given: Sluice's routes give it nothing to judge. */
@Injectable()
class RefusingPipe implements PipeTransform {
  transform(value: unknown): unknown {
    if (typeof value === 'object') throw new Error('The host’s pipe saw a body that is none of its business');
    return value;
  }
}

/** Answers every error in the host's own way: Sluice's routes answer theirs themselves. */
@Catch()
class TeapotFilter implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<{ status(code: number): { send(body: unknown): void } }>();
    reply.status(418).send({ teapot: true });
  }
}
