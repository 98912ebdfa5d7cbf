#include "http/server_private.h"

#include "base/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { WATCH_INTERVAL_MS = 250 };

void hs_client_allow(hs_client *client, double now_ms, unsigned duration_ms) {
    if (!client) return;
    int64_t deadline = duration_ms ? (int64_t)now_ms + duration_ms : 0;
    atomic_store(&client->deadline_ms, deadline);
}

bool hs_client_is_gone(const hs_client *client) {
    char byte;
    if (!client) return false;
    ssize_t got = recv(client->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

hs_client *hs_client_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void client_started(hs_server *server, struct MHD_Connection *connection, void **context) {
    atomic_fetch_add(&server->metrics.connections, 1);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    hs_client *client = calloc(1, sizeof *client);
    if (!client || !info) {
        free(client);
        return;
    }
    client->socket = info->connect_fd;
    hs_client_allow(client, hs_clock_monotonic_ms(), server->header_ms);
    pthread_mutex_lock(&server->clients_lock);
    client->next = server->clients;
    if (client->next) client->next->previous = client;
    server->clients = client;
    pthread_mutex_unlock(&server->clients_lock);
    *context = client;
}

/* Comes before the socket is closed, so the watcher never touches a number that was given anew. */
static void client_ended(hs_server *server, void **context) {
    atomic_fetch_sub(&server->metrics.connections, 1);
    hs_client *client = *context;
    if (!client) return;
    pthread_mutex_lock(&server->clients_lock);
    if (client->previous)
        client->previous->next = client->next;
    else
        server->clients = client->next;
    if (client->next) client->next->previous = client->previous;
    pthread_mutex_unlock(&server->clients_lock);
    free(client);
    *context = NULL;
}

void hs_clients_notify(void *server, struct MHD_Connection *connection, void **context,
                       enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        client_started(server, connection, context);
    else
        client_ended(server, context);
}

static void close_late(hs_server *server) {
    int64_t now = (int64_t)hs_clock_monotonic_ms();
    for (hs_client *client = server->clients; client; client = client->next) {
        int64_t deadline = atomic_load(&client->deadline_ms);
        if (deadline == 0 || now < deadline) continue;
        shutdown(client->socket, SHUT_RDWR);
        atomic_store(&client->deadline_ms, 0);
        atomic_fetch_add(&server->metrics.deadline_closed, 1);
    }
}

static void *watch(void *context) {
    hs_server *server = context;
    pthread_mutex_lock(&server->clients_lock);
    while (!server->stop_watching) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WATCH_INTERVAL_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&server->watch_wake, &server->clients_lock, &until);
        close_late(server);
    }
    pthread_mutex_unlock(&server->clients_lock);
    return NULL;
}

hs_status hs_clients_watch(hs_server *server, hs_error *error) {
    if (pthread_create(&server->watcher, NULL, watch, server) != 0)
        return hs_error_set(error, HS_E_INTERNAL, "cannot start the thread that watches connections");
    server->watching = true;
    return HS_OK;
}

void hs_clients_stop(hs_server *server) {
    if (!server->watching) return;
    pthread_mutex_lock(&server->clients_lock);
    server->stop_watching = true;
    pthread_cond_signal(&server->watch_wake);
    pthread_mutex_unlock(&server->clients_lock);
    pthread_join(server->watcher, NULL);
    server->watching = false;
}
