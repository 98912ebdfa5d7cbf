#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POOL_QUEUE = 65536, POOL_MOST_THREADS = 1024 };

typedef struct hs_work {
    void (*work)(void *context);
    void *context;
} hs_work;

struct hs_pool {
    pthread_mutex_t mutex;
    pthread_cond_t waiting; /* work came, or the end */
    hs_work *queue;         /* a ring of POOL_QUEUE */
    size_t first, count;
    bool ending;
    unsigned thread_count;
    pthread_t threads[];
};

static void *run_thread(void *context) {
    hs_pool *pool = context;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (pool->count == 0 && !pool->ending)
            pthread_cond_wait(&pool->waiting, &pool->mutex);
        if (pool->count == 0) break;
        hs_work item = pool->queue[pool->first];
        pool->first = (pool->first + 1) % POOL_QUEUE;
        pool->count--;
        pthread_mutex_unlock(&pool->mutex);
        item.work(item.context);
        pthread_mutex_lock(&pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Signals are for the program's main thread: the pool's threads block all of them. */
static bool start_threads(hs_pool *pool, unsigned wanted) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->thread_count < wanted &&
           pthread_create(&pool->threads[pool->thread_count], NULL, run_thread, pool) == 0)
        pool->thread_count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->thread_count == wanted;
}

hs_status hs_pool_new(unsigned threads, hs_error *error, hs_pool **pool) {
    if (threads == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        threads = cores < 1 ? 1 : cores < POOL_MOST_THREADS ? (unsigned)cores : POOL_MOST_THREADS;
    }
    if (threads > POOL_MOST_THREADS)
        return hs_error_set(error, HS_E_ARGUMENT, "%u threads are more than the %d that a pool takes",
                            threads, POOL_MOST_THREADS);
    hs_pool *made = calloc(1, sizeof *made + threads * sizeof made->threads[0]);
    hs_work *queue = calloc(POOL_QUEUE, sizeof *queue);
    if (!made || !queue) {
        free(made);
        free(queue);
        return hs_error_set(error, HS_E_MEMORY, "no memory for a pool of %u threads", threads);
    }
    made->queue = queue;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->waiting, NULL);
    if (!start_threads(made, threads)) {
        unsigned started = made->thread_count;
        hs_pool_free(made);
        return hs_error_set(error, HS_E_MEMORY, "only %u of %u threads could be started", started, threads);
    }
    *pool = made;
    return HS_OK;
}

void hs_pool_free(hs_pool *pool) {
    if (!pool) return;
    pthread_mutex_lock(&pool->mutex);
    pool->ending = true;
    pthread_cond_broadcast(&pool->waiting);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->waiting);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->queue);
    free(pool);
}

unsigned hs_pool_threads(const hs_pool *pool) {
    return pool->thread_count;
}

hs_status hs_pool_submit(hs_pool *pool, void (*work)(void *context), void *context) {
    hs_status status = HS_OK;
    pthread_mutex_lock(&pool->mutex);
    if (pool->count == POOL_QUEUE) {
        status = HS_E_LIMIT;
    } else {
        pool->queue[(pool->first + pool->count) % POOL_QUEUE] = (hs_work){work, context};
        pool->count++;
        pthread_cond_signal(&pool->waiting);
    }
    pthread_mutex_unlock(&pool->mutex);
    return status;
}

/* One call of hs_pool_for. It may outlive the call, held by items that the pool has not come to: whoever
 * lets go last frees it. */
typedef struct hs_loop {
    void (*work)(void *context, size_t begin, size_t end);
    void *context;
    size_t count, grain, pieces;
    atomic_size_t next; /* piece */
    pthread_mutex_t mutex;
    pthread_cond_t all_done;
    size_t done; /* pieces */
    unsigned holders;
} hs_loop;

static void let_go(hs_loop *loop) {
    pthread_mutex_lock(&loop->mutex);
    bool last = --loop->holders == 0;
    pthread_mutex_unlock(&loop->mutex);
    if (!last) return;
    pthread_cond_destroy(&loop->all_done);
    pthread_mutex_destroy(&loop->mutex);
    free(loop);
}

static void run_pieces(hs_loop *loop) {
    size_t ran = 0;
    for (;;) {
        size_t piece = atomic_fetch_add_explicit(&loop->next, 1, memory_order_relaxed);
        if (piece >= loop->pieces) break;
        size_t begin = piece * loop->grain;
        size_t end = loop->count - begin < loop->grain ? loop->count : begin + loop->grain;
        loop->work(loop->context, begin, end);
        ran++;
    }
    if (ran == 0) return;
    pthread_mutex_lock(&loop->mutex);
    loop->done += ran;
    if (loop->done == loop->pieces) pthread_cond_signal(&loop->all_done);
    pthread_mutex_unlock(&loop->mutex);
}

static void help_loop(void *context) {
    hs_loop *loop = context;
    run_pieces(loop);
    let_go(loop);
}

static void run_alone(size_t count, size_t grain, void (*work)(void *context, size_t begin, size_t end),
                      void *context) {
    for (size_t begin = 0; begin < count;) {
        size_t end = count - begin < grain ? count : begin + grain;
        work(context, begin, end);
        begin = end;
    }
}

void hs_pool_for(hs_pool *pool, size_t count, size_t grain,
                 void (*work)(void *context, size_t begin, size_t end), void *context) {
    if (count == 0) return;
    if (grain == 0) grain = 1;
    size_t pieces = (count - 1) / grain + 1;
    hs_loop *loop = pool && pieces > 1 ? calloc(1, sizeof *loop) : NULL;
    if (!loop) {
        run_alone(count, grain, work, context);
        return;
    }
    *loop = (hs_loop){.work = work, .context = context, .count = count, .grain = grain, .pieces = pieces};
    pthread_mutex_init(&loop->mutex, NULL);
    pthread_cond_init(&loop->all_done, NULL);
    size_t helpers = pieces - 1 < pool->thread_count ? pieces - 1 : pool->thread_count;
    loop->holders = 1 + (unsigned)helpers;
    size_t submitted = 0;
    while (submitted < helpers && hs_pool_submit(pool, help_loop, loop) == HS_OK)
        submitted++;
    run_pieces(loop);
    pthread_mutex_lock(&loop->mutex);
    loop->holders -= (unsigned)(helpers - submitted);
    while (loop->done < loop->pieces)
        pthread_cond_wait(&loop->all_done, &loop->mutex);
    pthread_mutex_unlock(&loop->mutex);
    let_go(loop);
}
