/* Thread pools. Work items run in submission order on any of its threads. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <hotspot/error.h>

typedef struct hs_pool hs_pool;

/* A pool of `threads` threads (0: one per online core). */
hs_status hs_pool_new(unsigned threads, hs_error *error, hs_pool **pool);
/* Runs everything submitted, then joins the threads. */
void hs_pool_free(hs_pool *pool);
unsigned hs_pool_threads(const hs_pool *pool);
/* Queues work(context); refused with HS_E_LIMIT when 65,536 items wait. */
hs_status hs_pool_submit(hs_pool *pool, void (*work)(void *context), void *context);
/* Calls work(context, begin, end) over [0, count) in pieces of at most `grain`, on the pool and on the
 * calling thread, and returns when all are done. A NULL pool runs all on the caller. Safe to call from a
 * pool thread: the caller always makes progress by itself. */
void hs_pool_for(hs_pool *pool, size_t count, size_t grain,
                 void (*work)(void *context, size_t begin, size_t end), void *context);

#endif
