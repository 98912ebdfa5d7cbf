/* How the server asks the router. */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/http.h"

typedef struct hs_route_match {
    hs_handler handler; /* NULL: no route of this path and method */
    void *context;
    const char *pattern; /* of the handler */
    bool takes_upload;
    bool takes_rest;  /* the last parameter is the rest of the path */
    unsigned methods; /* bit m: the path is known with method m */
    hs_http_pair params[8];
    size_t param_count;
} hs_route_match;

/* Finds the route of a path as it came (still percent-encoded, beginning with `/`). One slash at the end does
 * not matter. HS_E_ARGUMENT when the path cannot be decoded. Decoded texts live in the arena. */
hs_status hs_router_match(const hs_router *router, hs_method method, hs_str path, hs_arena *arena,
                          hs_error *error, hs_route_match *match);

#endif
