#include "cli/command.h"
#include "service/service_private.h"

static const hs_option options[] = {{NULL, NULL, NULL, NULL}};

static hs_status print(void *context, const hs_batch_info *batch, hs_error *error) {
    (void)context;
    (void)error;
    char time[HS_TIME_TEXT_SIZE];
    hs_time_format(batch->started_s, time);
    printf("%lld\t%s\t%s\t%.*s\t%llu\t%llu\t%llu\t%llu\t%s\n", (long long)batch->id, time,
           hs_kind_name(batch->kind), (int)batch->source.size, batch->source.data,
           (unsigned long long)batch->rows_added, (unsigned long long)batch->rows_updated,
           (unsigned long long)batch->rows_unchanged, (unsigned long long)batch->rows_rejected,
           batch->undone ? "undone" : "");
    return HS_OK;
}

static int run(const hs_arguments *arguments) {
    hs_error error = {0};
    hs_store *store = NULL;
    hs_status status = hs_store_open(arguments->positional[0], HS_STORE_READ, &error, &store);
    if (status == HS_OK) {
        puts("batch\ttime\tkind\tsource\tadded\tupdated\tunchanged\trejected\tundone");
        status = hs_store_scan_batches(store, print, NULL, &error);
    }
    hs_store_close(store);
    return status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
}

const hs_command hs_command_batches = {
    "batches", "STORE", "list imports", "列出导入批次", options, 1, 1, run, false,
};
