/* A client that says exactly what it is told over a real socket. */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct client_reply {
    char *bytes; /* all that came until the server closed or was silent */
    size_t size;
    bool closed;
} client_reply;

static inline int client_connect(uint16_t port) {
    int made = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    assert_int_equal(connect(made, (struct sockaddr *)&address, sizeof address), 0);
    return made;
}

static inline void client_send(int made, const void *bytes, size_t size) {
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(made, at, size, MSG_NOSIGNAL);
        if (sent <= 0) return;
        at += sent;
        size -= (size_t)sent;
    }
}

/* Reads until the server closes; a server that neither closes nor speaks for 20 s fails the test. */
static inline client_reply client_read_all(int made) {
    client_reply reply = {0};
    size_t capacity = 1 << 16;
    reply.bytes = malloc(capacity + 1);
    for (;;) {
        struct pollfd waiting = {.fd = made, .events = POLLIN};
        if (poll(&waiting, 1, 20000) <= 0) break;
        if (reply.size == capacity) {
            capacity *= 2;
            reply.bytes = realloc(reply.bytes, capacity + 1);
        }
        ssize_t got = recv(made, reply.bytes + reply.size, capacity - reply.size, 0);
        if (got <= 0) {
            reply.closed = true;
            break;
        }
        reply.size += (size_t)got;
    }
    reply.bytes[reply.size] = '\0';
    close(made);
    assert_true(reply.closed);
    return reply;
}

/* One exchange: sends `size` bytes and reads until the server closes. */
static inline client_reply client_exchange(uint16_t port, const void *bytes, size_t size) {
    int made = client_connect(port);
    client_send(made, bytes, size);
    return client_read_all(made);
}

/* GET with extra header lines (each ended by CR LF), connection closed after it. */
static inline client_reply client_get(uint16_t port, const char *method, const char *target,
                                      const char *lines) {
    char text[16384];
    int size =
        snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: test.example\r\nConnection: close\r\n%s\r\n",
                 method, target, lines);
    return client_exchange(port, text, (size_t)size);
}

static inline int client_status(const client_reply *reply) {
    int status = 0;
    if (sscanf(reply->bytes, "HTTP/1.1 %d", &status) != 1) return -1;
    return status;
}

static inline const char *client_body(const client_reply *reply, size_t *size) {
    const char *body = strstr(reply->bytes, "\r\n\r\n");
    assert_non_null(body);
    *size = reply->size - (size_t)(body + 4 - reply->bytes);
    return body + 4;
}

/* Copies a header's value; false when there is none. */
static inline bool client_header(const client_reply *reply, const char *name, char value[512]) {
    const char *end = strstr(reply->bytes, "\r\n\r\n");
    for (const char *line = strstr(reply->bytes, "\r\n"); line && line < end;
         line = strstr(line + 2, "\r\n")) {
        size_t size = strlen(name);
        if (strncasecmp(line + 2, name, size) != 0 || line[2 + size] != ':') continue;
        const char *from = line + 3 + size;
        while (*from == ' ')
            from++;
        size_t length = (size_t)(strstr(from, "\r\n") - from);
        memcpy(value, from, length < 511 ? length : 511);
        value[length < 511 ? length : 511] = '\0';
        return true;
    }
    return false;
}

#endif
