#define _GNU_SOURCE
#include "http.h"

#include <stdlib.h>
#include <string.h>

#include "loop.h"

enum { IN_HEAD, IN_SIZE, IN_EXTENSION, IN_CHUNK, AFTER_CHUNK, IN_TRAILER, IN_LENGTH, IN_REST };

void http_init(struct http_reader *reader, enum http_kind kind) {
  reader->kind = kind;
  reader->state = IN_HEAD;
  reader->stopped = false;
  reader->head_length = 0;
}

static void finish(struct http_reader *reader) {
  reader->state = IN_HEAD;
  reader->head_length = 0;
  reader->on_end(reader);
}

/* A field's value up to the end of its line, or NULL. `name` is "\r\nname:". */
static const char *field(const struct http_reader *reader, const char *name, char *value, size_t room) {
  const char *at = strcasestr(reader->head, name);
  if (at == NULL) return NULL;
  at += strlen(name);
  size_t length = strcspn(at, "\r\n");
  if (length >= room) length = room - 1;
  memcpy(value, at, length);
  value[length] = '\0';
  return value;
}

static void read_head(struct http_reader *reader) {
  char value[64];
  bool old = false;
  reader->head[reader->head_length] = '\0';
  if (reader->kind == HTTP_RESPONSE) {
    reader->status = atoi(reader->head + 9);
    old = strncmp(reader->head, "HTTP/1.0", 8) == 0;
  }
  reader->closes = old;
  if (field(reader, "\r\nconnection:", value, sizeof value)) reader->closes = strcasestr(value, "close") != NULL;
  reader->left = 0;
  if (field(reader, "\r\ntransfer-encoding:", value, sizeof value) && strcasestr(value, "chunked")) {
    reader->state = IN_SIZE;
  } else if (field(reader, "\r\ncontent-length:", value, sizeof value)) {
    reader->left = strtoull(value, NULL, 10);
    reader->state = IN_LENGTH;
  } else if (reader->kind == HTTP_REQUEST) {
    reader->state = IN_LENGTH;
  } else {
    reader->state = IN_REST;
    reader->closes = true;
  }
  reader->on_head(reader);
  if (reader->state == IN_LENGTH && reader->left == 0) finish(reader);
}

static void in_head(struct http_reader *reader, char byte) {
  if (reader->head_length + 1 == HTTP_HEAD_ROOM) die("A head is longer than expected");
  reader->head[reader->head_length++] = byte;
  if (byte != '\n' || reader->head_length < 4) return;
  if (memcmp(reader->head + reader->head_length - 4, "\r\n\r\n", 4) == 0) read_head(reader);
}

static int hex(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  byte |= 0x20;
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static void in_size(struct http_reader *reader, char byte) {
  int digit = reader->state == IN_SIZE ? hex(byte) : -1;
  if (digit >= 0) reader->left = reader->left * 16 + (uint64_t)digit;
  else reader->state = IN_EXTENSION;
  if (byte != '\n') return;
  reader->state = reader->left == 0 ? IN_TRAILER : IN_CHUNK;
  reader->trailer_line = false;
}

/* What lies between bodies is read by the byte. */
static void step(struct http_reader *reader, char byte) {
  if (reader->state == IN_HEAD) in_head(reader, byte);
  else if (reader->state == IN_SIZE || reader->state == IN_EXTENSION) in_size(reader, byte);
  else if (reader->state == AFTER_CHUNK) {
    if (byte == '\n') reader->state = IN_SIZE;
  } else if (byte == '\n' && !reader->trailer_line) finish(reader);
  else if (byte != '\r') reader->trailer_line = byte != '\n';
}

static size_t in_body(struct http_reader *reader, const char *bytes, size_t length) {
  bool rest = reader->state == IN_REST;
  size_t taken = rest || length < reader->left ? length : (size_t)reader->left;
  if (!rest) reader->left -= taken;
  reader->on_body(reader, bytes, taken);
  if (reader->stopped || rest || reader->left > 0) return taken;
  if (reader->state == IN_CHUNK) reader->state = AFTER_CHUNK;
  else finish(reader);
  return taken;
}

void http_feed(struct http_reader *reader, const char *bytes, size_t length) {
  size_t at = 0;
  while (at < length && !reader->stopped) {
    if (reader->state == IN_CHUNK || reader->state >= IN_LENGTH) at += in_body(reader, bytes + at, length - at);
    else step(reader, bytes[at++]);
  }
}

bool http_close(struct http_reader *reader) {
  if (reader->state != IN_REST) return false;
  finish(reader);
  return true;
}
