import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Network } from './network.js';

/** The button of the page that cuts the network. */
@Controller('cut')
export class NetworkController {
  constructor(@Inject(Network) private readonly network: Network) {}

  @Post()
  @HttpCode(200)
  cut(): { readonly streams: number } {
    return { streams: this.network.cut() };
  }
}
