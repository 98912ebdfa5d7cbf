#include "base/text.h"
#include "cli/command.h"

static const hs_option options[] = {{NULL, NULL, NULL, NULL}};

static int run(const hs_arguments *arguments) {
    int64_t batch = 0;
    hs_error error = {0};
    hs_service *service = NULL;
    hs_undo_report report;
    if (!hs_str_to_int(hs_str_of(arguments->positional[1]), &batch) || batch < 1) {
        fprintf(stderr, "hotspotd: %s: %s\n", arguments->positional[1],
                hs_say(arguments, "a batch's number is expected; `hotspotd batches STORE` lists them",
                       "应为批次号，可用 `hotspotd batches STORE` 查看"));
        return HS_EXIT_USAGE;
    }
    hs_status status = hs_service_open(arguments->positional[0], HS_STORE_WRITE, NULL, &error, &service);
    if (status == HS_OK) status = hs_service_undo(service, batch, &error, &report);
    hs_service_close(service);
    if (status != HS_OK) return hs_fail(&error);
    printf(hs_say(arguments, "batch %lld undone: %llu rows removed, %llu as they were before\n",
                  "批次 %lld 已撤销：删除 %llu 行，恢复 %llu 行\n"),
           (long long)batch, (unsigned long long)report.removed, (unsigned long long)report.restored);
    printf("batch %lld\n", (long long)report.batch);
    return HS_EXIT_DONE;
}

const hs_command hs_command_undo = {
    "undo", "STORE BATCH", "take an import back as a whole", "整批撤销一次导入", options, 2, 2, run, false,
};
