#define _GNU_SOURCE
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "http.h"
#include "loop.h"

/* From the request to its first event: the same for all, so that it falls out of differences. */
#define FIRST_EVENT_MICROS 10000
/* Writes for each turn of a stream, so that one reader that keeps up does not hold the others. */
#define TURN_WRITES 16
#define READING (EPOLLIN | EPOLLRDHUP)

struct stream {
  struct watch watch;
  struct timer timer;
  struct http_reader reader;
  bool active;
  uint32_t number;
  unsigned sequence;
  unsigned repeat;
  size_t offset; /* in the shared answer, where nothing is paced */
  double due;
  char *rest; /* of a paced write that was not taken whole */
  size_t rest_length;
};

struct upstream_plan plan;
struct upstream_log seen;
static uint32_t streams;
static uint64_t random_state = 0x9e3779b97f4a7c15;

/* xorshift64*, from 0 to 1: the same waits in each run. */
static double next_random(void) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (double)((random_state * 0x2545f4914f6cdd1d) >> 11) / 9007199254740992.0;
}

static void note_leaving(uint32_t number) {
  if (seen.left_count == seen.left_room) {
    seen.left_room = seen.left_room * 2 + 256;
    seen.left_streams = realloc(seen.left_streams, seen.left_room * sizeof *seen.left_streams);
    seen.left_at = realloc(seen.left_at, seen.left_room * sizeof *seen.left_at);
  }
  seen.left_streams[seen.left_count] = number;
  seen.left_at[seen.left_count++] = now_micros();
}

static void drop(struct stream *stream) {
  if (stream->watch.fd < 0) return;
  if (stream->active) note_leaving(stream->number);
  stream->reader.stopped = true;
  loop_cancel(&stream->timer);
  loop_close(&stream->watch);
  free(stream->rest);
  loop_free(stream);
}

/* How much was taken; -1 and gone if the reader is. */
static ssize_t put(struct stream *stream, const char *bytes, size_t length) {
  ssize_t taken = write(stream->watch.fd, bytes, length);
  if (taken >= 0) {
    seen.bytes += (uint64_t)taken;
    return taken;
  }
  if (errno == EAGAIN) return 0;
  drop(stream);
  return -1;
}

/* Puts all of it or keeps the rest for later: no more than one event, since none is made while there is one. */
static bool put_all(struct stream *stream, const char *bytes, size_t length) {
  ssize_t taken = put(stream, bytes, length);
  if (taken < 0) return false;
  if ((size_t)taken == length) return true;
  stream->rest_length = length - (size_t)taken;
  char *rest = malloc(stream->rest_length);
  memcpy(rest, bytes + taken, stream->rest_length);
  free(stream->rest);
  stream->rest = rest;
  loop_change(&stream->watch, READING | EPOLLOUT);
  return false;
}

static void on_due(struct timer *timer) {
  struct stream *stream = CONTAINER(timer, struct stream, timer);
  if (stream->sequence == plan.events) {
    stream->active = false;
    put_all(stream, events_tail(), strlen(events_tail()));
    return;
  }
  struct marker marker = {.sequence = stream->sequence, .micros = now_micros(), .stream = stream->number};
  events_mark(&plan.form, &marker);
  stream->sequence += 1;
  stream->due += plan.interval_micros * (0.5 + next_random());
  if (put_all(stream, plan.form.bytes, plan.form.length)) loop_at(timer, (uint64_t)stream->due);
}

/* Goes on after a reader that did not keep up; what fell due meanwhile comes at once. */
static void put_rest(struct stream *stream) {
  char *rest = stream->rest;
  stream->rest = NULL;
  bool done = put_all(stream, rest, stream->rest_length);
  free(rest);
  if (!done) return;
  loop_change(&stream->watch, READING);
  if (stream->active) loop_at(&stream->timer, (uint64_t)stream->due);
}

static void flood(struct stream *stream) {
  const struct answer *answer = &plan.answer;
  for (int writes = 0; writes < TURN_WRITES; writes += 1) {
    size_t end = answer_boundary(answer, stream->offset);
    ssize_t taken = put(stream, answer->bytes + stream->offset, end - stream->offset);
    if (taken < 0) return;
    stream->offset += (size_t)taken;
    if (stream->offset < end) break;
    if (stream->offset == answer->head_length + answer->events_length && answer->repeats > 1) {
      stream->repeat += 1;
      stream->offset = answer->head_length;
      if (stream->repeat < answer->repeats) continue;
      /* All that was on offer is taken. The stream stays open. */
      loop_change(&stream->watch, READING);
      return;
    }
    if (stream->offset < answer->length) continue;
    stream->active = false;
    loop_change(&stream->watch, READING);
    return;
  }
  loop_change(&stream->watch, READING | EPOLLOUT);
}

static void on_request(struct http_reader *reader) {
  struct stream *stream = CONTAINER(reader, struct stream, reader);
  stream->active = true;
  stream->number = streams++ % MARKER_STREAMS;
  stream->sequence = 0;
  stream->repeat = 0;
  stream->offset = 0;
  if (plan.interval_micros == 0) {
    flood(stream);
    return;
  }
  stream->due = (double)now_micros() + FIRST_EVENT_MICROS;
  if (put_all(stream, events_head, strlen(events_head))) loop_at(&stream->timer, (uint64_t)stream->due);
}

static void ignore_head(struct http_reader *reader) { (void)reader; }

static void ignore_body(struct http_reader *reader, const char *bytes, size_t length) {
  (void)reader;
  (void)bytes;
  (void)length;
}

static void on_ready(struct watch *watch, uint32_t events) {
  static char bytes[16384];
  struct stream *stream = CONTAINER(watch, struct stream, watch);
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    ssize_t got = read(watch->fd, bytes, sizeof bytes);
    if (got == 0 || (got < 0 && errno != EAGAIN)) drop(stream);
    else if (got > 0) http_feed(&stream->reader, bytes, (size_t)got);
  }
  if (watch->fd < 0 || !(events & EPOLLOUT)) return;
  if (stream->rest != NULL) put_rest(stream);
  else if (stream->active && plan.interval_micros == 0) flood(stream);
}

void stream_accept(int fd) {
  struct stream *stream = calloc(1, sizeof *stream);
  stream->watch = (struct watch){.fd = fd, .ready = on_ready};
  stream->timer = (struct timer){.index = -1, .due = on_due};
  http_init(&stream->reader, HTTP_REQUEST);
  stream->reader.on_head = ignore_head;
  stream->reader.on_body = ignore_body;
  stream->reader.on_end = on_request;
  loop_watch(&stream->watch, READING);
}
