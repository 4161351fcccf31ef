#ifndef SAMPLES_H
#define SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* Durations in microseconds, all of them kept. */
struct samples {
  uint32_t *values;
  size_t count, room;
};

void samples_add(struct samples *samples, uint64_t value);
/* Prints `,"name":{"p50":…,"p99":…}`, or nothing if there is none. */
void samples_print(struct samples *samples, const char *name);

#endif
