import { ExpressAdapter } from '@nestjs/platform-express';
import { serveNest } from './serve-nest.mjs';
import { TutorialModule } from './tutorial-app.mjs';

await serveNest(TutorialModule, new ExpressAdapter(), false);
