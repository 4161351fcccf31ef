import { FastifyAdapter } from '@nestjs/platform-fastify';
import { serveNest } from './serve-nest.mjs';
import { TutorialModule } from './tutorial-app.mjs';

await serveNest(TutorialModule, new FastifyAdapter(), false);
