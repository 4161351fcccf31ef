#define _GNU_SOURCE
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "timers.h"

#define TURN_EVENTS 512
/*
 * Timers are served on a grid of so many microseconds. At 25,000 events a second a wake-up for each would cost
 * as much as the event; a millisecond would make bursts of 25 of what are independent streams.
 */
#define GRID_MICROS 200

static int poll_fd;
static int timer_fd;
static uint64_t armed_for;
static void **graves;
static size_t grave_count, grave_room;

void die(const char *reason) {
  fprintf(stderr, "%s: %s\n", reason, strerror(errno));
  exit(1);
}

void loop_start(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (poll_fd < 0 || timer_fd < 0) die("No event loop");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, timer_fd, &event) < 0) die("No timer");
}

void loop_watch(struct watch *watch, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = watch};
  watch->events = events;
  if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, watch->fd, &event) < 0) die("Not watched");
}

void loop_change(struct watch *watch, uint32_t events) {
  if (watch->events == events) return;
  struct epoll_event event = {.events = events, .data.ptr = watch};
  watch->events = events;
  if (epoll_ctl(poll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0) die("Not watched");
}

void loop_close(struct watch *watch) {
  if (watch->fd < 0) return;
  close(watch->fd);
  watch->fd = -1;
}

void loop_free(void *memory) {
  if (grave_count == grave_room) {
    grave_room = grave_room * 2 + 64;
    graves = realloc(graves, grave_room * sizeof *graves);
  }
  graves[grave_count++] = memory;
}

static void arm(void) {
  struct timer *first = timers_first();
  uint64_t at = first == NULL ? 0 : (first->at / GRID_MICROS + 1) * GRID_MICROS;
  if (at == armed_for) return;
  struct itimerspec when = {.it_value = {.tv_sec = (time_t)(at / 1000000), .tv_nsec = (long)(at % 1000000) * 1000}};
  timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
  armed_for = at;
}

void loop_at(struct timer *timer, uint64_t micros) { timers_set(timer, micros); }

void loop_cancel(struct timer *timer) { timers_remove(timer); }

/* Those that were due when it was called; one that starts itself anew, later than that, must not hold the loop. */
static void run_timers(void) {
  uint64_t now = now_micros();
  for (struct timer *timer = timers_first(); timer != NULL && timer->at <= now; timer = timers_first()) {
    timers_remove(timer);
    timer->due(timer);
  }
}

void loop_run(void) {
  struct epoll_event events[TURN_EVENTS];
  for (;;) {
    arm();
    int count = epoll_wait(poll_fd, events, TURN_EVENTS, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    int timed = 0;
    for (int at = 0; at < count; at += 1) {
      struct watch *watch = events[at].data.ptr;
      if (watch == NULL) timed = 1;
      else if (watch->fd >= 0) watch->ready(watch, events[at].events);
    }
    if (timed) {
      uint64_t expirations;
      if (read(timer_fd, &expirations, sizeof expirations) > 0) armed_for = 0;
      run_timers();
    }
    while (grave_count > 0) free(graves[--grave_count]);
  }
}
