import { Controller, Get, Inject, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiKeyGuard } from '../../access/api-key.guard.js';
import { CrossSiteGuard } from '../../access/cross-site.guard.js';
import { SluiceError } from '../../core/sluice-error.js';
import { encodeErrorBody } from '../../dialects/openai-chat/errors/encode-error.js';
import { encodeModel, encodeModels, type PublicModel } from '../../dialects/openai-chat/encode-models.js';
import { MAX_MODEL_NAME_LENGTH } from '../../dialects/max-model-name-length.js';
import { RelayService } from '../../relay/relay.service.js';
import { ErrorFilter } from '../errors/error-filter.js';
import { HttpExchange, type NativeReply, type AdapterRequest } from '../request/http-exchange.js';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/**
 * Names with slashes that a client has not encoded, up to six segments: no wildcard is read alike by both HTTP
 * adapters.
 */
const LONGER_NAMES = [2, 3, 4, 5, 6].map((segments) =>
  Array.from({ length: segments }, (_, index) => `:model${index}`).join('/'),
);

/** The models that callers may name. */
@ApiTags('openai')
@Controller({ path: 'v1/models', version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard, CrossSiteGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class ModelsController {
  constructor(@Inject(RelayService) private readonly relay: RelayService) {}

  @Get()
  @ApiOperation({ summary: 'List the models' })
  @ApiOkResponse({ description: 'OpenAI’s model list' })
  list(@Req() request: AdapterRequest, @Res() reply: NativeReply): void {
    new HttpExchange(request, reply).send(
      200,
      JSON_TYPE,
      JSON.stringify(encodeModels(this.relay.models().map(publicModel))),
    );
  }

  @Get(':model')
  @ApiOperation({ summary: 'Read one model, also one that only a route with a * serves' })
  @ApiParam({ name: 'model', type: String })
  @ApiOkResponse({ description: 'OpenAI’s model object' })
  read(@Req() request: AdapterRequest, @Res() reply: NativeReply): void {
    const id = nameIn(request.params);
    const route = id.length > MAX_MODEL_NAME_LENGTH ? undefined : this.relay.model(id);
    if (route === undefined) throw new SluiceError('model-not-found', 'The model does not exist here');
    new HttpExchange(request, reply).send(200, JSON_TYPE, JSON.stringify(encodeModel(publicModel(route))));
  }

  @Get(LONGER_NAMES)
  @ApiExcludeEndpoint()
  readLonger(@Req() request: AdapterRequest, @Res() reply: NativeReply): void {
    this.read(request, reply);
  }
}

/** Each segment has its own slashes decoded. */
function nameIn(params: unknown): string {
  return typeof params === 'object' && params !== null ? Object.values(params).join('/') : '';
}

function publicModel({ id, upstream, simulated }: ReturnType<RelayService['models']>[number]): PublicModel {
  return { id, ownedBy: simulated ? 'sluice-simulated' : upstream };
}
