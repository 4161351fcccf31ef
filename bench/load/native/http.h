#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_ROOM 4096

enum http_kind { HTTP_REQUEST, HTTP_RESPONSE };

/*
 * Takes the framing of HTTP/1.1 messages away, one after the other on a connection: chunked, with a
 * content-length, or up to the end of the connection. Needs no more than one byte at a time.
 */
struct http_reader {
  enum http_kind kind;
  int status;
  bool closes; /* this message is the last one of its connection */
  bool stopped; /* what is being fed is not read any further */
  void (*on_head)(struct http_reader *reader);
  void (*on_body)(struct http_reader *reader, const char *bytes, size_t length);
  void (*on_end)(struct http_reader *reader);
  int state;
  uint64_t left;
  bool trailer_line; /* something stands in the line of the trailer that is being read */
  size_t head_length;
  char head[HTTP_HEAD_ROOM];
};

void http_init(struct http_reader *reader, enum http_kind kind);
void http_feed(struct http_reader *reader, const char *bytes, size_t length);
/* The connection ended. True if that was the good end of a message, which is then told. */
bool http_close(struct http_reader *reader);

#endif
