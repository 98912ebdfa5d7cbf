/* Listening sockets. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <hotspot/error.h>

typedef struct hs_listening {
    int socket;
    uint16_t port;
    bool loopback;
    char authority[80]; /* `127.0.0.1:8080`, `[::1]:8080` */
} hs_listening;

/* Listens on `ADDR:PORT`, `[v6]:PORT` or `NAME:PORT`; port 0 is any free one. `[::]` takes IPv4 as well. */
hs_status hs_listen(const char *address, hs_error *error, hs_listening *listening);

#endif
