/* Representations of the OGC resources: what is offered, what a request gets, links to the others, and the
 * page for people that is made of the JSON. */
#ifndef API_REPRESENTATION_H
#define API_REPRESENTATION_H

#include "api/endpoint.h"

typedef struct hs_representation {
    const char *f;          /* the parameter's value */
    const char *media_type; /* with its parameters */
    const char *title;      /* or NULL */
} hs_representation;

/* Chooses what is offered (ended by a NULL f; the first one goes before others that are wanted as much) by
 * the parameter `f`, else by the header Accept, and the page's language by `lang`, Accept-Language, the
 * city's. False: 406 (Accept) with what there is, or 400 (`f`, `lang`), is answered. */
bool hs_call_negotiate(hs_call *call, const hs_representation *offered);
/* The same between the endpoint's own media type as `json`, and `html`. */
bool hs_call_format(hs_call *call);
/* The first of the languages that a person prefers by Accept-Language; the city's where neither is among
 * them. */
bool hs_call_prefers_chinese(const hs_call *call);
/* As hs_call_begin, with the media type that was negotiated. */
bool hs_call_begin_format(hs_call *call, hs_reads reads);
/* Says that the answer depends on Accept (and, of pages, on the language). */
void hs_call_vary(hs_call *call);

/* Writes one link object; `type` and `title` may be NULL. `path` begins behind the base URL. */
void hs_call_link(hs_call *call, const char *rel, const char *type, const char *title, const char *path);
/* A link to a representation: its media type without parameters, its title. */
void hs_call_form_link(hs_call *call, const char *rel, const hs_representation *form, const char *path);
/* The links `self` and `alternate` between JSON and HTML of a document at a path without query. */
void hs_call_self_links(hs_call *call, const char *path);
/* The headers of a page, before the answer is begun: they go with pages that are kept too (ogc_page.c). */
void hs_call_page_headers(hs_call *call);
/* Sends the JSON that was written as it is, or as a page for people where that was negotiated (ogc_page.c).
 */
hs_status hs_call_finish(hs_call *call, const char *title_en, const char *title_zh);

#endif
