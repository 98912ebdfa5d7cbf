/* What was acknowledged is there after kill -9, at whatever moment it comes. */
#include "store_makers.h"

#include "base/random.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { ROWS_A_BATCH = 40, KILLS = 12 };

/* The child: batches without end, each acknowledged through the pipe after its commit. */
static void write_batches(const char *url, int acks, int first) {
    hs_store *store = NULL;
    hs_error error;
    if (hs_store_open(url, HS_STORE_CREATE, &error, &store) != HS_OK) _exit(2);
    for (int batch = first;; batch++) {
        int64_t id = 0;
        hs_batch_info info = {.rows_read = ROWS_A_BATCH};
        if (hs_store_begin(store, HS_KIND_INCIDENTS, HS_STR("kill"), &error, &id) != HS_OK) _exit(3);
        for (int row = 0; row < ROWS_A_BATCH; row++) {
            char name[32];
            hs_put put = HS_PUT_ADDED;
            (void)snprintf(name, sizeof name, "%d-%d", batch, row);
            hs_incident_record record = incident(name, "0501", batch * 100 + row);
            if (hs_store_put_incident(store, &record, &error, &put) != HS_OK) _exit(4);
        }
        if (hs_store_commit(store, &info, &error) != HS_OK) _exit(5);
        if (write(acks, &batch, sizeof batch) != (ssize_t)sizeof batch) _exit(6);
    }
}

typedef struct tally {
    int *rows; /* by batch */
    int capacity;
} tally;

static hs_status tally_row(void *context, const hs_incident_record *record, hs_error *error) {
    tally *found = context;
    (void)error;
    int batch = record->position.lon_e7 / 100;
    assert_true(batch >= 0 && batch < found->capacity);
    found->rows[batch]++;
    return HS_OK;
}

/* Every batch is there whole or not at all, and all up to the last acknowledged are. Returns how many. */
static int check_batches(store_place *place, int last_acknowledged) {
    hs_store *store = open_as(place, HS_STORE_CREATE);
    tally found = {.capacity = last_acknowledged + 1000};
    found.rows = calloc((size_t)found.capacity, sizeof *found.rows);
    assert_non_null(found.rows);
    check_ok(hs_store_scan_incidents(store, INT64_MIN, INT64_MAX, tally_row, &found, &place->error),
             &place->error);
    int batches = 0;
    while (batches < found.capacity && found.rows[batches] == ROWS_A_BATCH)
        batches++;
    assert_true(batches > last_acknowledged);
    for (int i = batches; i < found.capacity; i++)
        assert_int_equal(found.rows[i], 0);
    free(found.rows);
    hs_store_close(store);
    return batches;
}

static void kill_and_look(void **state) {
    store_place *place = *state;
    hs_random random;
    int next = 0;
    hs_random_seed(&random, 20240105);
    for (int round = 0; round < KILLS; round++) {
        int acks[2], last = next - 1, batch = 0;
        assert_int_equal(pipe(acks), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(acks[0]);
            write_batches(place->url, acks[1], next);
        }
        (void)close(acks[1]);
        struct timespec wait = {.tv_nsec = 1000000 * (long)hs_random_below(&random, 150)};
        (void)nanosleep(&wait, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        while (read(acks[0], &batch, sizeof batch) == (ssize_t)sizeof batch)
            last = batch;
        (void)close(acks[0]);
        next = check_batches(place, last);
    }
    assert_true(next > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(kill_and_look)};
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
