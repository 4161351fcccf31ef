#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

void samples_add(struct samples *samples, uint64_t value) {
  if (samples->count == samples->room) {
    samples->room = samples->room * 2 + 4096;
    samples->values = realloc(samples->values, samples->room * sizeof *samples->values);
  }
  samples->values[samples->count++] = (uint32_t)value;
}

static int compare(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

void samples_print(struct samples *samples, const char *name) {
  if (samples->count == 0) return;
  qsort(samples->values, samples->count, sizeof *samples->values, compare);
  size_t last = samples->count - 1;
  printf(",\"%s\":{\"p50\":%u,\"p99\":%u}", name, samples->values[last / 2], samples->values[last * 99 / 100]);
}
