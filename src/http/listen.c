#include "http/listen.h"

#include "base/text.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 511 };

typedef union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} any_address;

static hs_status split_address(const char *address, hs_error *error, char host[256], char port[8]) {
    const char *colon = strrchr(address, ':');
    hs_str name = {address, colon ? (size_t)(colon - address) : 0};
    if (name.size >= 2 && name.data[0] == '[' && name.data[name.size - 1] == ']') {
        name.data++;
        name.size -= 2;
    } else if (name.size > 0 && memchr(name.data, ':', name.size)) {
        return hs_error_set(error, HS_E_ARGUMENT, "listen address %s: write IPv6 as [ADDRESS]:PORT", address);
    }
    int64_t number = -1;
    if (name.size == 0 || name.size > 255 || !hs_str_to_int(hs_str_of(colon + 1), &number) || number < 0 ||
        number > 65535)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "listen address %s: ADDRESS:PORT is expected, as 127.0.0.1:8080", address);
    memcpy(host, name.data, name.size);
    host[name.size] = '\0';
    snprintf(port, 8, "%d", (int)number);
    return HS_OK;
}

static int open_socket(const struct addrinfo *info) {
    int made = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return -1;
    const int on = 1, off = 0;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (info->ai_family == AF_INET6) setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(made, info->ai_addr, info->ai_addrlen) == 0 && listen(made, BACKLOG) == 0) return made;
    int why = errno;
    close(made);
    errno = why;
    return -1;
}

static bool is_loopback(const any_address *address) {
    if (address->any.sa_family == AF_INET) return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

static void describe(int made, hs_listening *listening) {
    any_address address = {0};
    socklen_t size = sizeof address;
    char text[INET6_ADDRSTRLEN] = "";
    getsockname(made, &address.any, &size);
    bool v6 = address.any.sa_family == AF_INET6;
    listening->socket = made;
    listening->port = ntohs(v6 ? address.v6.sin6_port : address.v4.sin_port);
    listening->loopback = is_loopback(&address);
    inet_ntop(address.any.sa_family, v6 ? (const void *)&address.v6.sin6_addr : &address.v4.sin_addr, text,
              sizeof text);
    snprintf(listening->authority, sizeof listening->authority, v6 ? "[%s]:%u" : "%s:%u", text,
             listening->port);
}

hs_status hs_listen(const char *address, hs_error *error, hs_listening *listening) {
    char host[256], port[8];
    hs_status status = split_address(address, error, host, port);
    if (status != HS_OK) return status;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(host, port, &hints, &found);
    if (failure != 0)
        return hs_error_set(error, HS_E_ARGUMENT, "listen address %s: %s", address, gai_strerror(failure));
    int made = -1;
    for (struct addrinfo *info = found; info && made < 0; info = info->ai_next)
        made = open_socket(info);
    int why = errno;
    freeaddrinfo(found);
    if (made < 0) {
        char words[128];
        return hs_error_set(error, HS_E_IO, "cannot listen on %s: %s", address,
                            strerror_r(why, words, sizeof words));
    }
    describe(made, listening);
    return HS_OK;
}
