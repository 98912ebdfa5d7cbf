/* geocode and reverse: tables through the geocoder, from anywhere to anywhere. */
#include "base/text.h"
#include "cli/command.h"
#include "service/geocode_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_MOST ((size_t)256 << 20)

static const hs_option geocode_options[] = {
    {"output", "FILE", "where to write (also -o); default standard output",
     "输出文件（同 -o），默认标准输出"},
    {"column", "NAME", "column with the address, or a part of it (repeatable); default: guessed by name",
     "地址所在的列，可重复以拼接多列；默认按列名推测"},
    {"encoding", "NAME", "text encoding, where the guess is wrong", "文本编码（推测有误时）"},
    {NULL, NULL, NULL, NULL},
};
static const hs_option reverse_options[] = {
    {"output", "FILE", "where to write (also -o); default standard output",
     "输出文件（同 -o），默认标准输出"},
    {"encoding", "NAME", "text encoding, where the guess is wrong", "文本编码（推测有误时）"},
    {NULL, NULL, NULL, NULL},
};

typedef struct streams {
    int in;
    FILE *out;
    const char *in_name, *out_name;
    char *partial;      /* the output before it is whole; NULL: it is written in place */
    double read, total; /* bytes; total < 0: unknown */
} streams;

/* Who is interrupted leaves no half a file. */
static volatile sig_atomic_t interrupted;

static void interrupt(int number) {
    interrupted = number;
}

static void listen_for_interrupts(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = interrupt}; /* a read that waits must end */
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)sigaction(numbers[i], &action, NULL);
}

static void end_if_interrupted(void) {
    if (!interrupted) return;
    (void)signal(interrupted, SIG_DFL);
    (void)raise(interrupted);
}

static size_t read_bytes(void *context, char *bytes, size_t most, hs_error *error) {
    streams *s = context;
    ssize_t size;
    do
        size = read(s->in, bytes, most);
    while (size < 0 && errno == EINTR && !interrupted);
    if (size < 0 || interrupted) {
        hs_error_set(error, HS_E_IO, "%s: %s", s->in_name, interrupted ? "interrupted" : strerror(errno));
        return HS_READ_FAILED;
    }
    s->read += (double)size;
    return (size_t)size;
}

/* A file is replaced once its successor is whole. What is no plain file (a device, a pipe, a link) must stay
 * what it is: it is written to as it goes. */
static hs_status open_output(const char *path, hs_error *error, streams *s) {
    struct stat facts;
    bool in_place = lstat(path, &facts) == 0 && !S_ISREG(facts.st_mode);
    size_t size = strlen(path) + sizeof ".partial";
    if (!in_place) {
        s->partial = malloc(size);
        if (!s->partial) return hs_error_memory(error, "a name");
        (void)snprintf(s->partial, size, "%s.partial", path);
    }
    s->out = fopen(in_place ? path : s->partial, "wbe");
    return s->out ? HS_OK : hs_error_set(error, HS_E_IO, "%s: %s", path, strerror(errno));
}

static hs_status open_streams(const hs_arguments *arguments, hs_error *error, streams *s) {
    const char *path = arguments->positional_count > 1 ? arguments->positional[1] : "-";
    struct stat facts;
    bool from_file = strcmp(path, "-") != 0;
    s->in_name = from_file ? path : "standard input";
    s->in = from_file ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (s->in < 0) return hs_error_set(error, HS_E_IO, "%s: %s", path, strerror(errno));
    s->total = fstat(s->in, &facts) == 0 && S_ISREG(facts.st_mode) ? (double)facts.st_size : -1;
    path = hs_arguments_get(arguments, "output");
    s->out_name = path ? path : "standard output";
    s->out = stdout;
    return !path || strcmp(path, "-") == 0 ? HS_OK : open_output(path, error, s);
}

/* A file appears whole or not at all. */
static hs_status close_streams(streams *s, hs_status status, hs_error *error) {
    if (s->in > STDIN_FILENO) close(s->in);
    bool good = true;
    if (s->out) good = s->out == stdout ? fflush(s->out) == 0 : fclose(s->out) == 0;
    if (status == HS_OK && good && s->partial) good = rename(s->partial, s->out_name) == 0;
    if (status == HS_OK && !good)
        status = hs_error_set(error, HS_E_IO, "%s: %s", s->out_name, strerror(errno));
    if (status != HS_OK && s->partial && s->out) (void)unlink(s->partial);
    free(s->partial);
    return status;
}

static bool is_ndjson(const char *path) {
    const char *dot = path ? strrchr(path, '.') : NULL;
    return dot &&
           (strcmp(dot, ".ndjson") == 0 || strcmp(dot, ".jsonl") == 0 || strcmp(dot, ".geojsonl") == 0);
}

static hs_status run_batch(const hs_arguments *arguments, hs_geocode_batch *batch, streams *s,
                           hs_error *error) {
    hs_buffer out;
    bool done = false;
    hs_buffer_init(&out, BLOCK_MOST);
    hs_status status = HS_OK;
    while (status == HS_OK && !done) {
        hs_buffer_clear(&out);
        status = hs_geocode_batch_next(batch, &out, error, &done);
        if (status == HS_OK && out.size > 0 && fwrite(out.data, 1, out.size, s->out) != out.size)
            status = hs_error_set(error, HS_E_IO, "%s: %s", s->out_name, strerror(errno));
        hs_show_progress(arguments, "bytes", s->read, s->total);
    }
    hs_buffer_done(&out);
    hs_show_progress_end(arguments);
    return status;
}

static void say_counts(const hs_arguments *arguments, const hs_geocode_batch_counts *counts, bool reverse) {
    fprintf(stderr, hs_say(arguments, "%llu rows, %llu found", "共 %llu 行，找到 %llu 行"),
            (unsigned long long)counts->rows, (unsigned long long)counts->found);
    if (!reverse)
        fprintf(stderr, hs_say(arguments, ", %llu of them ambiguous", "，其中 %llu 行有歧义"),
                (unsigned long long)counts->ambiguous);
    if (counts->unread > 0)
        fprintf(stderr,
                hs_say(arguments, "; %llu could not be read, the first is row %llu: %s (column error)",
                       "；%llu 行无法读取，首行为第 %llu 行：%s（见 error 列）"),
                (unsigned long long)counts->unread, (unsigned long long)counts->first_unread,
                counts->first_error);
    fputc('\n', stderr);
}

static size_t columns_of(const hs_arguments *arguments, hs_str *columns) {
    size_t count = 0;
    for (int i = 0; i < arguments->option_count; i++)
        if (strcmp(arguments->options[i].name, "column") == 0)
            columns[count++] = hs_str_of(arguments->options[i].value);
    return count;
}

static hs_status run_service(const hs_arguments *arguments, bool reverse, const hs_str *columns,
                             size_t column_count, streams *s, hs_error *error,
                             hs_geocode_batch_counts *counts) {
    hs_service *service = NULL;
    hs_geocode_batch *batch = NULL;
    hs_status status = hs_service_open(arguments->positional[0], HS_STORE_READ, NULL, error, &service);
    if (status == HS_OK) status = hs_service_load(service, error, NULL);
    hs_snapshot *snapshot = status == HS_OK ? hs_service_snapshot(service) : NULL;
    const hs_geocode_batch_options options = {
        .form = is_ndjson(arguments->positional_count > 1 ? arguments->positional[1] : NULL) ? HS_ROWS_NDJSON
                                                                                             : HS_ROWS_CSV,
        .reverse = reverse,
        .column = columns,
        .column_count = column_count,
        .encoding = hs_arguments_get(arguments, "encoding"),
        .pool = service ? hs_service_pool(service) : NULL,
        .read = read_bytes,
        .context = s};
    if (status == HS_OK) status = hs_geocode_batch_new(service, snapshot, &options, error, &batch);
    if (status == HS_OK) status = run_batch(arguments, batch, s, error);
    if (batch) *counts = *hs_geocode_batch_counted(batch);
    hs_geocode_batch_free(batch);
    hs_snapshot_unref(snapshot);
    hs_service_close(service);
    return status;
}

static int run(const hs_arguments *arguments, bool reverse) {
    hs_error error = {0};
    streams s = {.in = -1};
    hs_geocode_batch_counts counts = {0};
    hs_str *columns = calloc((size_t)arguments->option_count + 1, sizeof *columns);
    hs_status status = columns ? HS_OK : hs_error_memory(&error, "columns");
    listen_for_interrupts();
    if (status == HS_OK) status = open_streams(arguments, &error, &s);
    if (status == HS_OK)
        status =
            run_service(arguments, reverse, columns, columns_of(arguments, columns), &s, &error, &counts);
    status = close_streams(&s, status, &error);
    free(columns);
    end_if_interrupted();
    if (status != HS_OK) return hs_fail(&error);
    say_counts(arguments, &counts, reverse);
    return counts.unread > 0 ? HS_EXIT_REJECTS : HS_EXIT_DONE;
}

static int run_geocode(const hs_arguments *arguments) {
    return run(arguments, false);
}

static int run_reverse(const hs_arguments *arguments) {
    return run(arguments, true);
}

const hs_command hs_command_geocode = {
    "geocode",
    "STORE [FILE.csv] [--column NAME]... [-o FILE]",
    "addresses of a CSV (or .ndjson) to positions: its columns stay, lon lat match_type score accuracy_m "
    "label "
    "unit ambiguous error follow",
    "批量地址定位：保留 CSV（或 .ndjson）原有各列，追加 lon lat match_type score accuracy_m label unit "
    "ambiguous "
    "error",
    geocode_options,
    1,
    2,
    run_geocode,
    false,
};

const hs_command hs_command_reverse = {
    "reverse",
    "STORE [FILE.csv] [-o FILE]",
    "positions of a CSV (or .ndjson), columns lon and lat, to what is there: label, address, street, cross "
    "streets, place, units",
    "批量逆地理编码：CSV（或 .ndjson）的 lon、lat 列，追加标签、门牌、街道、相交道路、地点与各级单元",
    reverse_options,
    1,
    2,
    run_reverse,
    false,
};
