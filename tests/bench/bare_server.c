/* A libmicrohttpd server that sends one answer and does nothing else: what is left to gain for answers from
 * the cache. Arguments: a file with the body, a file with a line `Name: value` for each header. Writes its
 * port. */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_SIZE = 1024, CONNECTION_MEMORY = 32 << 10 };

/* An answer given at the first call, before the request was read to its end, would close the connection. */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **request) {
    static int begun;
    (void)url, (void)method, (void)version, (void)data, (void)size;
    if (!*request) {
        *request = &begun;
        return MHD_YES;
    }
    return MHD_queue_response(connection, 200, context);
}

static struct MHD_Response *read_body(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return NULL;
    size_t size = (size_t)ftell(file);
    char *body = malloc(size + 1);
    rewind(file);
    if (!body || fread(body, 1, size, file) != size) return NULL;
    fclose(file);
    return MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
}

static int add_headers(struct MHD_Response *response, const char *path) {
    char line[HEADER_SIZE];
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    while (fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        line[strcspn(line, "\n")] = 0;
        if (!colon) continue;
        *colon = 0;
        MHD_add_response_header(response, line, colon + 2);
    }
    return fclose(file) == 0;
}

int main(int argc, char **argv) {
    sigset_t stop;
    int signal_number;
    struct MHD_Response *response = argc == 3 ? read_body(argv[1]) : NULL;
    if (!response || !add_headers(response, argv[2])) {
        fprintf(stderr, "usage: bare_server BODY HEADERS\n");
        return 2;
    }
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
    if (!daemon) return 1;
    printf("%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    sigwait(&stop, &signal_number);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    return 0;
}
