import { readFile } from 'node:fs/promises';
import { Controller, Get, Header } from '@nestjs/common';

const FOLDER = new URL('../page/', import.meta.url);

/** The page as it lies in its folder: nothing is built, nothing comes from elsewhere. */
@Controller()
export class PageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'self'; img-src data:")
  // The address holds a ticket.
  @Header('referrer-policy', 'no-referrer')
  page(): Promise<string> {
    return read('index.html');
  }

  @Get('page.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): Promise<string> {
    return read('page.css');
  }

  @Get('page.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): Promise<string> {
    return read('page.js');
  }

  @Get('read-stream.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  reading(): Promise<string> {
    return read('read-stream.js');
  }
}

function read(file: string): Promise<string> {
  return readFile(new URL(file, FOLDER), 'utf8');
}
