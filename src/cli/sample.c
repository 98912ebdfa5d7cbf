#include "cli/command.h"

static const hs_option options[] = {
    {"seed", "N", "another city of the same kind (default 1)", "随机种子（默认 1）"},
    {"incidents", "N", "how many incidents (default 60000)", "事件数量（默认 60000）"},
    {NULL, NULL, NULL, NULL},
};

static bool on_progress(void *context, const char *phase, double share) {
    hs_show_progress(context, phase, share * 100, 100);
    return true;
}

static int run(const hs_arguments *arguments) {
    int64_t seed, incidents;
    if (!hs_arguments_get_int(arguments, "seed", 0, INT64_MAX, 1, &seed) ||
        !hs_arguments_get_int(arguments, "incidents", 0, 100000000, 60000, &incidents))
        return HS_EXIT_USAGE;
    hs_error error = {0};
    hs_service *service = NULL;
    const char *path = arguments->positional[0];
    hs_status status = hs_service_open(path, HS_STORE_CREATE, NULL, &error, &service);
    hs_sample_options sample = {.seed = (uint64_t)seed,
                                .incidents = (uint32_t)incidents,
                                .progress = on_progress,
                                .context = (void *)arguments};
    if (status == HS_OK) status = hs_service_sample(service, path, &sample, &error);
    hs_show_progress_end(arguments);
    hs_service_close(service);
    if (status != HS_OK) return hs_fail(&error);
    fprintf(stderr,
            hs_say(arguments, "%s: a synthetic city, its truth beside it; every name is invented\n",
                   "%s：虚构的示例城市，真值文件在其旁；所有名称均为虚构\n"),
            path);
    return HS_EXIT_DONE;
}

const hs_command hs_command_sample = {
    "sample", "STORE", "build the synthetic sample city", "生成虚构的示例城市", options, 1, 1, run, false,
};
