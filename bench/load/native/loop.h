#ifndef LOOP_H
#define LOOP_H

#include <stdint.h>

/*
 * An event loop: epoll for sockets, one timerfd for all timers. What is watched or timed embeds a `struct watch`
 * or `struct timer` and is found from it with CONTAINER.
 */
#define CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

struct watch {
  int fd; /* -1: not watched */
  uint32_t events;
  void (*ready)(struct watch *watch, uint32_t events);
};

struct timer {
  uint64_t at;
  int index; /* in the heap; -1: not running */
  void (*due)(struct timer *timer);
};

/* Makes the loop, raises the limit of open files as far as it goes, and ignores SIGPIPE. */
void loop_start(void);
void loop_watch(struct watch *watch, uint32_t events);
void loop_change(struct watch *watch, uint32_t events);
/* No more events, and the descriptor is closed. */
void loop_close(struct watch *watch);
/* Frees at the end of the turn: events of the same turn may still point to it. */
void loop_free(void *memory);
/* Starts a timer, or moves it. A time that has gone by is due at once. */
void loop_at(struct timer *timer, uint64_t micros);
void loop_cancel(struct timer *timer);
void loop_run(void);

/* Ends the process and says why. */
void die(const char *reason);

#endif
