import {
  Controller,
  Get,
  Inject,
  Param,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { SluiceError } from '../core/sluice-error.js';
import { encodeErrorBody } from '../dialects/openai-chat/encode-error.js';
import { encodeModel, encodeModels, type PublicModel } from '../dialects/openai-chat/encode-models.js';
import { RelayService } from '../relay/relay.service.js';
import { ErrorFilter } from './error-filter.js';
import { Exchange, type AdapterReply, type AdapterRequest } from './exchange.js';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** The models that callers may name. */
@ApiTags('openai')
@Controller({ path: 'v1/models', version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class ModelsController {
  constructor(@Inject(RelayService) private readonly relay: RelayService) {}

  @Get()
  @ApiOperation({ summary: 'List the models' })
  @ApiOkResponse({ description: 'OpenAI’s model list' })
  list(@Req() request: AdapterRequest, @Res() reply: AdapterReply): void {
    new Exchange(request, reply).send(200, JSON_TYPE, JSON.stringify(encodeModels(this.#models())));
  }

  @Get(':model')
  @ApiOperation({ summary: 'Read one model' })
  @ApiParam({ name: 'model', type: String })
  @ApiOkResponse({ description: 'OpenAI’s model object' })
  read(@Param('model') id: string, @Req() request: AdapterRequest, @Res() reply: AdapterReply): void {
    const model = this.#models().find((candidate) => candidate.id === id);
    if (model === undefined) throw new SluiceError('model-not-found', 'The model does not exist here');
    new Exchange(request, reply).send(200, JSON_TYPE, JSON.stringify(encodeModel(model)));
  }

  #models(): PublicModel[] {
    return this.relay.models().map(({ id, upstream }) => ({
      id,
      ownedBy: upstream.simulated ? 'sluice-simulated' : upstream.name,
    }));
  }
}
