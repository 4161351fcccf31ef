#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdint.h>

/* Opens the connections of the run, over a time; each asks one request after the other. */
void connections_start(uint64_t ramp_micros);
/* Adds what is wrong with streams that are still open to the run's counts. */
void connections_count(void);
/* Ends them all, whatever they are doing. */
void connections_end(void);

#endif
