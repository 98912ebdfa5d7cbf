/* Endpoints: one file per family, each turning a request into calls on the rooms below. */
#ifndef API_API_H
#define API_API_H

#include "http/http.h"
#include "service/service.h"

typedef struct hs_api hs_api;

typedef struct hs_api_options {
    const char *listen;     /* where the server listens; on loopback everything may be read */
    const char *public_url; /* or NULL */
    bool read_only;
    bool public_incidents; /* single incidents and address texts may be read on any address */
    /* Open311: reports an hour that may come from one address without a key, 0: none; the city's
     * jurisdiction_id, NULL: any is taken; whom to ask, NULL: nobody is named. Texts live as long as the api.
     */
    unsigned residents;
    const char *jurisdiction, *contact;
    unsigned job_s; /* as long may run a job that is asked for without a token; 0: as long as it needs */
    hs_log *log;    /* may be NULL */
} hs_api_options;

hs_status hs_api_new(hs_service *service, const hs_api_options *options, hs_error *error, hs_api **api);
/* Ends what never ends by itself (/events): to be called before the server is stopped. */
void hs_api_stop(hs_api *api);
/* After the server has stopped. */
void hs_api_free(hs_api *api);
/* Adds every endpoint; the api must outlive the router. */
hs_status hs_api_routes(hs_api *api, hs_router *router, hs_error *error);
/* Once it listens: until then single incidents are closed to everybody. */
void hs_api_set_server(hs_api *api, hs_server *server);
/* For /metrics. */
void hs_api_set_load_times(hs_api *api, const hs_load_times *times);

#endif
