#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID                                                                                                   \
  "data: {\"id\":\"chatcmpl-Bench0123456789abcdefghijklmn\",\"object\":\"chat.completion.chunk\","             \
  "\"created\":1760000000,\"model\":\"bench\","

const char events_head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                           "x-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n";

static const char prefix[] = ID "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\","
                                "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
static const char suffix[] = "\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";
static const char *const last[] = {
    ID "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    ID "\"choices\":[],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":100,\"total_tokens\":108}}\n\n",
    "data: [DONE]\n\n",
};

const char *events_tail(void) {
  static char tail[1024];
  size_t length = 0;
  if (tail[0] != '\0') return tail;
  for (size_t at = 0; at < sizeof last / sizeof *last; at += 1) {
    length += (size_t)snprintf(tail + length, sizeof tail - length, "%zx\r\n%s\r\n", strlen(last[at]), last[at]);
  }
  snprintf(tail + length, sizeof tail - length, "0\r\n\r\n");
  return tail;
}

/* Words of five letters: text that neither a compressor nor a scanner for blanks finds odd. */
static void fill(char *to, size_t length) {
  for (size_t at = 0; at < length; at += 1) to[at] = " token"[at % 6];
}

void events_form(struct event_form *form, size_t text_bytes) {
  size_t text = text_bytes < MARKER_LENGTH ? MARKER_LENGTH : text_bytes;
  size_t body = strlen(prefix) + text + strlen(suffix);
  char size[24];
  int size_length = snprintf(size, sizeof size, "%zx\r\n", body);
  free(form->bytes);
  form->length = (size_t)size_length + body + 2;
  form->bytes = malloc(form->length);
  form->marker_at = (size_t)size_length + strlen(prefix);
  char *at = form->bytes;
  memcpy(at, size, (size_t)size_length);
  memcpy(at += size_length, prefix, strlen(prefix));
  fill((at += strlen(prefix)) + MARKER_LENGTH, text - MARKER_LENGTH);
  memcpy(at += text, suffix, strlen(suffix));
  memcpy(at + strlen(suffix), "\r\n", 2);
}

void events_mark(const struct event_form *form, const struct marker *marker) {
  marker_print(form->bytes + form->marker_at, marker);
}
