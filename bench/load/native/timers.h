#ifndef TIMERS_H
#define TIMERS_H

#include <stdint.h>

#include "loop.h"

/* A binary heap of timers, the earliest first. */
void timers_set(struct timer *timer, uint64_t at);
void timers_remove(struct timer *timer);
/* NULL if none is running. */
struct timer *timers_first(void);

#endif
