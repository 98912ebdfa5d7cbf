#include "api/api.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "http/http.h"
#include "service/jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LISTEN     "127.0.0.1:8080"
#define GRACE_MS           10000
#define MAX_CONFIG         (1 << 20)
#define MAX_RESIDENTS      100000
#define MAX_JOB_S          86400
#define DEFAULT_JOB_S      300
#define DEFAULT_JOB_S_TEXT "300"

static const hs_option options[] = {
    {"listen", "ADDR:PORT", "where to listen (default " DEFAULT_LISTEN "; port 0: any free one)",
     "监听地址（默认 " DEFAULT_LISTEN "；端口 0 为任意空闲端口）"},
    {"threads", "N", "threads that answer, and as many for long answers beside them (default: one per core)",
     "应答线程数，另有同数线程处理耗时请求（默认每核一个）"},
    {"config", "FILE", "JSON object with these same names; the command line goes first",
     "JSON 配置文件，键名与选项相同；命令行优先"},
    {"public-url", "URL", "address that clients see, behind a proxy", "代理之后客户端看到的地址"},
    {"read-only", NULL, "refuse every write", "拒绝一切写入"},
    {"public-incidents", NULL, "let anybody read single incidents on a non-loopback address",
     "在非本机地址上允许匿名读取单个事件"},
    {"residents", "N", "Open311: take N reports an hour from each address without a key (default 0: none)",
     "Open311：每个地址每小时可免密钥上报 N 件（默认 0：不接受）"},
    {"job-seconds", "N",
     "as long may run a job that is asked for without a token (default " DEFAULT_JOB_S_TEXT
     "; 0: as long as it needs)",
     "匿名请求的作业最长运行秒数（默认 " DEFAULT_JOB_S_TEXT "；0 为不限）"},
    {"jurisdiction", "ID", "Open311: the city's jurisdiction_id; any other is then refused",
     "Open311：本市的 jurisdiction_id，设置后其他值一律拒绝"},
    {"contact", "TEXT", "Open311: whom to ask about this server and for a key",
     "Open311：服务与密钥的联系方式"},
    {NULL, NULL, NULL, NULL},
};

/* What the command line and the configuration file say together. */
typedef struct serving {
    const hs_arguments *arguments;
    json_t *config;
} serving;

static hs_status read_file(const char *path, hs_buffer *text, hs_error *error) {
    FILE *file = fopen(path, "rb");
    if (!file) return hs_error_set(error, HS_E_ARGUMENT, "--config %s: %s", path, strerror(errno));
    char piece[4096];
    size_t size;
    while ((size = fread(piece, 1, sizeof piece, file)) > 0)
        hs_buffer_append(text, piece, size);
    fclose(file);
    return text->status == HS_OK ? HS_OK
                                 : hs_error_set(error, HS_E_ARGUMENT, "--config %s: over 1 MiB", path);
}

static bool known_option(const char *name) {
    for (const hs_option *o = options; o->name; o++)
        if (strcmp(o->name, name) == 0 && strcmp(name, "config") != 0) return true;
    return false;
}

static hs_status read_config(serving *s, hs_error *error) {
    const char *path = hs_arguments_get(s->arguments, "config");
    if (!path) return HS_OK;
    hs_buffer text;
    hs_buffer_init(&text, MAX_CONFIG);
    hs_status status = read_file(path, &text, error);
    if (status == HS_OK && hs_json_parse((hs_str){text.data, text.size}, error, &s->config) != HS_OK) {
        hs_error_prefix(error, HS_E_ARGUMENT, "--config %s", path);
        status = HS_E_ARGUMENT;
        if (error) error->status = HS_E_ARGUMENT;
    }
    hs_buffer_done(&text);
    if (status != HS_OK) return status;
    const char *key;
    json_t *value;
    json_object_foreach(s->config, key, value) {
        if (!known_option(key))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "--config %s: no option \"%s\"; the names are those of --help", path, key);
    }
    return HS_OK;
}

static const char *text_option(const serving *s, const char *name) {
    const char *text = hs_arguments_get(s->arguments, name);
    return text ? text : json_string_value(json_object_get(s->config, name));
}

static bool flag_option(const serving *s, const char *name) {
    return hs_arguments_has(s->arguments, name) || json_is_true(json_object_get(s->config, name));
}

/* A whole number, `standard` where nobody says one. */
static bool whole_option(const serving *s, const char *name, int64_t least, int64_t most, int64_t standard,
                         hs_error *error, int64_t *value) {
    const json_t *set = json_object_get(s->config, name);
    int64_t found = json_is_integer(set) ? json_integer_value(set) : least - 1;
    bool good = !set || (found >= least && found <= most);
    if (good && hs_arguments_get_int(s->arguments, name, least, most, set ? found : standard, value))
        return true;
    (void)hs_error_set(error, HS_E_ARGUMENT, "%s: a whole number from %lld to %lld is expected", name,
                       (long long)least, (long long)most);
    return false;
}

static void log_phases(hs_log *log, const hs_load_times *times) {
    hs_log_write(log, HS_LOG_INFO, "loaded",
                 "incidents=%llu geography_ms=%.0f read_ms=%.0f place_ms=%.0f total_ms=%.0f",
                 (unsigned long long)times->incidents, times->geography_ms, times->read_ms, times->place_ms,
                 times->total_ms);
}

/* The address to print: with the port that was really taken. */
static void print_address(const char *listen, uint16_t port) {
    const char *colon = strrchr(listen, ':');
    int host_size = colon ? (int)(colon - listen) : (int)strlen(listen);
    printf("http://%.*s:%u\n", host_size, listen, port);
    fflush(stdout);
}

static void abandon(void *service) {
    hs_service_abandon(service);
}

/* Listens first, so that /healthz and /readyz answer while a large store is read. */
static hs_status serve(const serving *s, hs_service *service, hs_log *log, const sigset_t *signals,
                       hs_error *error) {
    int64_t threads, residents, job_s;
    if (!whole_option(s, "threads", 1, 1024, 0, error, &threads) ||
        !whole_option(s, "residents", 0, MAX_RESIDENTS, 0, error, &residents) ||
        !whole_option(s, "job-seconds", 0, MAX_JOB_S, DEFAULT_JOB_S, error, &job_s))
        return HS_E_ARGUMENT;
    const char *listen = text_option(s, "listen") ? text_option(s, "listen") : DEFAULT_LISTEN;
    hs_api_options api_options = {.listen = listen,
                                  .public_url = text_option(s, "public-url"),
                                  .read_only = flag_option(s, "read-only"),
                                  .public_incidents = flag_option(s, "public-incidents"),
                                  .residents = (unsigned)residents,
                                  .job_s = (unsigned)job_s,
                                  .jurisdiction = text_option(s, "jurisdiction"),
                                  .contact = text_option(s, "contact"),
                                  .log = log};
    hs_server_options server_options = {.listen = listen,
                                        .threads = (unsigned)threads,
                                        .public_url = api_options.public_url,
                                        .log = log,
                                        .abandon = abandon,
                                        .abandon_context = service};
    hs_api *api = NULL;
    hs_server *server = NULL;
    hs_router *router = hs_router_new();
    hs_status status = router ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK) status = hs_api_new(service, &api_options, error, &api);
    if (status == HS_OK) status = hs_api_routes(api, router, error);
    if (status == HS_OK) status = hs_server_start(&server_options, router, error, &server);
    if (status == HS_OK) {
        hs_api_set_server(api, server);
        print_address(listen, hs_server_port(server));
        hs_load_times times = {0};
        status = hs_service_load(service, error, &times);
        if (status == HS_OK) {
            hs_api_set_load_times(api, &times);
            log_phases(log, &times);
            status = hs_service_follow(service, error);
        }
    }
    if (status == HS_OK) {
        int signal_number;
        sigwait(signals, &signal_number);
        hs_log_write(log, HS_LOG_INFO, "stop", "signal=%d", signal_number);
    }
    hs_api_stop(api);
    hs_server_stop(server, GRACE_MS);
    hs_service_stop_jobs(service); /* they may run endpoints */
    hs_api_free(api);
    hs_router_free(router);
    return status;
}

static int run(const hs_arguments *arguments) {
    /* Blocked before any thread starts, so that only sigwait sees them. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    hs_error error = {0};
    serving s = {.arguments = arguments};
    hs_log *log = hs_log_new(stderr, HS_LOG_INFO);
    hs_service *service = NULL;
    hs_status status = log ? read_config(&s, &error) : hs_error_set(&error, HS_E_MEMORY, "out of memory");
    hs_service_options service_options = {.serves_tiles = true, .log = log};
    if (status == HS_OK)
        status = hs_service_open(arguments->positional[0],
                                 flag_option(&s, "read-only") ? HS_STORE_READ : HS_STORE_WRITE,
                                 &service_options, &error, &service);
    if (status == HS_OK) status = serve(&s, service, log, &signals, &error);
    hs_service_close(service);
    json_decref(s.config);
    int result = status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
    hs_log_free(log);
    return result;
}

const hs_command hs_command_serve = {
    "serve", "STORE", "serve tiles, GeoJSON and the page", "提供瓦片、GeoJSON 和网页服务", options, 1, 1,
    run,     false,
};
