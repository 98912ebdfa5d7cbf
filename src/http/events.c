/* Server-sent events: what is published is kept in a ring; a client that has heard all of it is suspended
 * until more comes. */
#include "http/server_private.h"

#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEEP_ALIVE_S   15
#define MESSAGE_LIMIT  ((size_t)1 << 16)
#define STREAM_BLOCK   4096
#define MISSED_MESSAGE "event: missed\ndata: {}\n\n"

/* Shared by the ring and by the clients that are in the middle of it. */
typedef struct message {
    unsigned references; /* under the lock */
    size_t size;
    char text[];
} message;

typedef struct listener {
    hs_events *events;
    struct MHD_Connection *connection;
    uint64_t next;    /* number of the message to be sent after `current` */
    message *current; /* being sent, from `sent` on */
    size_t sent;
    bool suspended;
    struct listener *previous, *following;
} listener;

struct hs_events {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t keeper; /* sends comments so that dead connections are found */
    message **ring;
    unsigned kept, clients, max_clients;
    uint64_t first, end; /* numbers of the messages in the ring */
    listener *listeners;
    bool closed, keeping;
};

static void release(message *m) {
    if (m && --m->references == 0) free(m);
}

static message *message_new(const char *text, size_t size) {
    message *made = malloc(sizeof *made + size);
    if (!made) return NULL;
    made->references = 1;
    made->size = size;
    memcpy(made->text, text, size);
    return made;
}

static void resume_all(hs_events *events) {
    for (listener *l = events->listeners; l; l = l->following) {
        if (!l->suspended) continue;
        l->suspended = false;
        MHD_resume_connection(l->connection);
    }
}

/* Under the lock; takes over the message. */
static void append(hs_events *events, message *m) {
    message **slot = &events->ring[events->end % events->kept];
    if (events->end - events->first == events->kept) {
        release(*slot);
        events->first++;
    }
    *slot = m;
    events->end++;
    resume_all(events);
}

static void *keep_alive(void *context) {
    hs_events *events = context;
    pthread_mutex_lock(&events->lock);
    while (!events->closed) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += KEEP_ALIVE_S;
        int code = 0;
        while (!events->closed && code != ETIMEDOUT)
            code = pthread_cond_timedwait(&events->wake, &events->lock, &until);
        if (events->closed) break;
        for (listener *l = events->listeners; l; l = l->following) {
            if (l->current || l->next != events->end) continue;
            l->current = message_new(":\n\n", 3);
            l->sent = 0;
        }
        resume_all(events);
    }
    pthread_mutex_unlock(&events->lock);
    return NULL;
}

hs_status hs_events_new(unsigned max_clients, unsigned kept, hs_error *error, hs_events **events) {
    hs_events *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for events");
    made->kept = kept;
    made->max_clients = max_clients;
    made->first = made->end = 1;
    made->ring = calloc(kept, sizeof(message *));
    pthread_mutex_init(&made->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&made->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    made->keeping = made->ring && pthread_create(&made->keeper, NULL, keep_alive, made) == 0;
    if (!made->keeping) {
        hs_events_free(made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for events");
    }
    *events = made;
    return HS_OK;
}

void hs_events_publish(hs_events *events, const char *event, hs_str data) {
    hs_buffer text;
    hs_buffer_init(&text, MESSAGE_LIMIT);
    pthread_mutex_lock(&events->lock);
    hs_buffer_printf(&text, "id: %llu\nevent: %s\ndata: ", (unsigned long long)events->end, event);
    hs_buffer_str(&text, data);
    hs_buffer_text(&text, "\n\n");
    message *m = text.status == HS_OK ? message_new(text.data, text.size) : NULL;
    if (m && !events->closed)
        append(events, m);
    else
        free(m);
    pthread_mutex_unlock(&events->lock);
    hs_buffer_done(&text);
}

/* The next message of a listener; NULL when it has heard all. */
static message *next_message(listener *l) {
    hs_events *events = l->events;
    if (l->next < events->first) {
        l->next = events->first;
        return message_new(MISSED_MESSAGE, sizeof MISSED_MESSAGE - 1);
    }
    if (l->next == events->end) return NULL;
    message *m = events->ring[l->next++ % events->kept];
    m->references++;
    return m;
}

static ssize_t read_events(void *context, uint64_t position, char *out, size_t most) {
    (void)position;
    listener *l = context;
    hs_events *events = l->events;
    ssize_t size = 0;
    pthread_mutex_lock(&events->lock);
    if (!l->current) {
        l->current = next_message(l);
        l->sent = 0;
    }
    if (l->current) {
        size_t left = l->current->size - l->sent;
        size = (ssize_t)(left < most ? left : most);
        memcpy(out, l->current->text + l->sent, (size_t)size);
        l->sent += (size_t)size;
        if (l->sent == l->current->size) {
            release(l->current);
            l->current = NULL;
        }
    } else if (events->closed) {
        size = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        l->suspended = true;
        MHD_suspend_connection(l->connection);
    }
    pthread_mutex_unlock(&events->lock);
    return size;
}

static void leave(void *context) {
    listener *l = context;
    hs_events *events = l->events;
    pthread_mutex_lock(&events->lock);
    *(l->previous ? &l->previous->following : &events->listeners) = l->following;
    if (l->following) l->following->previous = l->previous;
    events->clients--;
    release(l->current);
    pthread_mutex_unlock(&events->lock);
    free(l);
}

/* A listener among the others; NULL where there is no room. */
static listener *join(hs_events *events, struct MHD_Connection *connection, hs_str last_id) {
    listener *l = calloc(1, sizeof *l);
    int64_t heard = 0;
    bool resumes = hs_str_to_int(last_id, &heard) && heard > 0;
    pthread_mutex_lock(&events->lock);
    if (!l || events->closed || events->clients >= events->max_clients) {
        pthread_mutex_unlock(&events->lock);
        free(l);
        return NULL;
    }
    l->events = events;
    l->connection = connection;
    l->next = resumes && (uint64_t)heard < events->end ? (uint64_t)heard + 1 : events->end;
    l->current = message_new("retry: 2000\n\n", 13);
    l->following = events->listeners;
    if (l->following) l->following->previous = l;
    events->listeners = l;
    events->clients++;
    pthread_mutex_unlock(&events->lock);
    return l;
}

hs_status hs_response_events(hs_request *request, hs_response *response, hs_events *events) {
    hs_exchange *exchange = request->connection;
    hs_str last_id = hs_request_header(request, "Last-Event-ID");
    listener *l = join(events, exchange->connection, last_id);
    if (!l) {
        hs_response_header(response, "Retry-After", "5");
        return hs_response_problem(response, 503, NULL,
                                   "too many clients listen to events here, or the server is stopping");
    }
    response->stream =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_events, l, leave);
    if (!response->stream) {
        leave(l);
        return HS_E_MEMORY;
    }
    response->content_type = "text/event-stream";
    hs_response_header(response, "X-Accel-Buffering", "no");
    return HS_OK;
}

void hs_events_close(hs_events *events) {
    if (!events) return;
    pthread_mutex_lock(&events->lock);
    events->closed = true;
    resume_all(events);
    pthread_cond_broadcast(&events->wake);
    pthread_mutex_unlock(&events->lock);
}

void hs_events_free(hs_events *events) {
    if (!events) return;
    hs_events_close(events);
    if (events->keeping) pthread_join(events->keeper, NULL);
    for (uint64_t i = events->first; i < events->end; i++)
        release(events->ring[i % events->kept]);
    free(events->ring);
    pthread_cond_destroy(&events->wake);
    pthread_mutex_destroy(&events->lock);
    free(events);
}
