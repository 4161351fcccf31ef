#include "timers.h"

#include <stdlib.h>

static struct timer **heap;
static int count, room;

static void place(struct timer *timer, int index) {
  heap[index] = timer;
  timer->index = index;
}

static void rise(struct timer *timer, int index) {
  while (index > 0 && heap[(index - 1) / 2]->at > timer->at) {
    place(heap[(index - 1) / 2], index);
    index = (index - 1) / 2;
  }
  place(timer, index);
}

static void sink(struct timer *timer, int index) {
  for (int child = 2 * index + 1; child < count; child = 2 * index + 1) {
    if (child + 1 < count && heap[child + 1]->at < heap[child]->at) child += 1;
    if (heap[child]->at >= timer->at) break;
    place(heap[child], index);
    index = child;
  }
  place(timer, index);
}

void timers_set(struct timer *timer, uint64_t at) {
  timers_remove(timer);
  if (count == room) {
    room = room * 2 + 256;
    heap = realloc(heap, (size_t)room * sizeof(struct timer *));
  }
  timer->at = at;
  count += 1;
  rise(timer, count - 1);
}

void timers_remove(struct timer *timer) {
  int index = timer->index;
  if (index < 0) return;
  timer->index = -1;
  count -= 1;
  struct timer *last = heap[count];
  if (last == timer) return;
  /* The last one takes the place, and may belong above as well as below it. */
  if (index > 0 && heap[(index - 1) / 2]->at > last->at) rise(last, index);
  else sink(last, index);
}

struct timer *timers_first(void) { return count == 0 ? NULL : heap[0]; }
