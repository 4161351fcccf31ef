#define _GNU_SOURCE
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "http.h"
#include "loop.h"
#include "run.h"

/* What a reader that stalls lets the kernel keep for it; its own tuning would keep megabytes. */
#define STALLED_BUFFER 65536

struct connection {
  struct watch watch;
  struct timer timer;
  struct http_reader reader;
  struct check check;
  uint64_t asked_at;
  unsigned events;
  bool connecting, busy, good, renews;
};

static struct connection *connections;
static unsigned connection_count;

static void open_connection(struct connection *connection) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1, buffer = STALLED_BUFFER;
  address.sin_port = htons(run.port);
  connection->watch.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection->watch.fd < 0) die("No socket");
  setsockopt(connection->watch.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (run.stalls) setsockopt(connection->watch.fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  http_init(&connection->reader, HTTP_RESPONSE);
  check_begin(&connection->check, run.events);
  connection->reader.status = 0;
  connection->connecting = connection->busy = true;
  connection->good = connection->renews = false;
  run.asked += 1;
  int failed = connect(connection->watch.fd, (struct sockaddr *)&address, sizeof address);
  if (failed && errno != EINPROGRESS) die("The gateway takes no connection");
  loop_watch(&connection->watch, EPOLLOUT);
}

static void close_connection(struct connection *connection) {
  connection->reader.stopped = true;
  connection->busy = false;
  loop_close(&connection->watch);
  check_free(&connection->check);
}

/* What was asked is over without an end. Another one is asked on a connection of its own. */
static void fail(struct connection *connection) {
  bool was_busy = connection->busy;
  loop_close(&connection->watch);
  if (was_busy) run_over(&connection->check, false, connection->reader.status);
  close_connection(connection);
  if (was_busy && run.asked < run.requests) loop_at(&connection->timer, now_micros());
  else run_closing();
}

static void ask(struct connection *connection) {
  check_begin(&connection->check, run.events);
  connection->busy = true;
  connection->good = false;
  connection->events = 0;
  connection->reader.status = 0;
  connection->asked_at = now_micros();
  ssize_t taken = write(connection->watch.fd, run.request, run.request_length);
  /* One that could not be written is a connection that has ended, which its next event tells. */
  if (taken >= 0 && (size_t)taken < run.request_length) die("A request was not taken whole");
}

static void on_head(struct http_reader *reader) {
  CONTAINER(reader, struct connection, reader)->good = reader->status == 200;
}

static int on_event(struct check *check, const struct marker *marker) {
  struct connection *connection = CONTAINER(check, struct connection, check);
  run_event(marker, connection->events == 0 ? connection->asked_at : 0);
  connection->events += 1;
  if (run.stalls) loop_change(&connection->watch, 0);
  if (connection->events != run.leave_after) return 0;
  close_connection(connection);
  run_left(marker->stream);
  return -1;
}

static void on_body(struct http_reader *reader, const char *bytes, size_t length) {
  check_feed(&CONTAINER(reader, struct connection, reader)->check, bytes, length, on_event);
}

static void on_end(struct http_reader *reader) {
  struct connection *connection = CONTAINER(reader, struct connection, reader);
  connection->busy = false;
  run_over(&connection->check, connection->good, reader->status);
  if (run.asked >= run.requests) {
    close_connection(connection);
    run_closing();
  } else if (reader->closes) {
    /* Not before what was read is dealt with: the reader is in the middle of it. */
    connection->renews = true;
    reader->stopped = true;
  } else {
    run.asked += 1;
    ask(connection);
  }
}

static void renew(struct connection *connection) {
  loop_close(&connection->watch);
  open_connection(connection);
}

static void on_ready(struct watch *watch, uint32_t events) {
  static char bytes[65536];
  struct connection *connection = CONTAINER(watch, struct connection, watch);
  if (connection->connecting) {
    connection->connecting = false;
    if (events & EPOLLERR) {
      fail(connection);
      return;
    }
    loop_change(watch, EPOLLIN);
    ask(connection);
    return;
  }
  ssize_t got = read(watch->fd, bytes, sizeof bytes);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    if (!(got == 0 && connection->busy && http_close(&connection->reader))) fail(connection);
  } else {
    run.reads += 1;
    http_feed(&connection->reader, bytes, (size_t)got);
  }
  if (connection->renews) renew(connection);
}

static void on_due(struct timer *timer) {
  struct connection *connection = CONTAINER(timer, struct connection, timer);
  if (run.asked < run.requests) open_connection(connection);
}

void connections_start(uint64_t ramp_micros) {
  uint64_t now = now_micros();
  connections_end();
  connection_count = run.concurrency;
  connections = calloc(connection_count, sizeof *connections);
  for (unsigned at = 0; at < connection_count; at += 1) {
    struct connection *connection = &connections[at];
    connection->watch = (struct watch){.fd = -1, .ready = on_ready};
    connection->timer = (struct timer){.index = -1, .due = on_due};
    connection->reader.on_head = on_head;
    connection->reader.on_body = on_body;
    connection->reader.on_end = on_end;
    loop_at(&connection->timer, now + ramp_micros * at / connection_count);
  }
}

void connections_count(void) {
  for (unsigned at = 0; at < connection_count; at += 1) {
    const struct connection *connection = &connections[at];
    if (!connection->busy) continue;
    run.lost += check_missing(&connection->check);
    run.doubled += connection->check.doubled;
    run.reordered += connection->check.reordered;
  }
}

void connections_end(void) {
  for (unsigned at = 0; at < connection_count; at += 1) {
    loop_cancel(&connections[at].timer);
    close_connection(&connections[at]);
  }
  if (connections != NULL) loop_free(connections);
  connections = NULL;
  connection_count = 0;
}
