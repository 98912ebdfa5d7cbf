/* Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): what its endpoints share. */
#ifndef API_OPEN311_H
#define API_OPEN311_H

#include "api/endpoint.h"
#include "city/newest.h"
#include "export/spark.h"

typedef struct hs_open311 {
    hs_call *call;
    hs_spark out; /* ready to write the answer's body */
    bool xml, chinese;
    bool by_key; /* what is read is open to this key, not to everybody */
} hs_open311;

/* Runs a handler in Open311's ways: the form by the path's ending (.xml, .json), without one by Accept and
 * then XML, which the specification requires; the language by `lang`; unknown parameters ignored; whatever
 * goes wrong as a list of errors. */
typedef hs_status (*hs_open311_handler)(hs_open311 *open311);
hs_status hs_open311_run(hs_call *call, hs_open311_handler handler);

/* Answers with one error of this HTTP status, which is its code too: 404 for what is not there, 403 for a
 * wrong or missing key, else 400. Returns HS_OK. */
hs_status hs_open311_refuse(hs_open311 *open311, unsigned status, const char *en, const char *zh);
/* Sets call->error to one of two texts without arguments and returns the status, for run to answer. */
hs_status hs_open311_fail(hs_open311 *open311, hs_status status, const char *en, const char *zh);
/* Chooses between two texts by the request's language; hs_str falls back on the other one where it is empty.
 */
__attribute__((format_arg(2), format_arg(3))) const char *hs_open311_say(const hs_open311 *open311,
                                                                         const char *en, const char *zh);
hs_str hs_open311_name(const hs_open311 *open311, hs_str en, hs_str zh);

/* zh or en; empty changes nothing, and anything else is answered with 400 and false. */
bool hs_open311_choose_language(hs_open311 *open311, hs_str lang);
/* The one jurisdiction that is served: any other is answered with 404 and false. */
bool hs_open311_check_jurisdiction(hs_open311 *open311, hs_str jurisdiction);
/* The user of a key, who must have the role; false: 403 is answered. */
bool hs_open311_check_key(hs_open311 *open311, hs_str key, hs_role role, hs_user *user);
/* Single incidents: where they are not public, an api_key of somebody who may see the whole city is needed.
 */
bool hs_open311_check_reading(hs_open311 *open311);

/* As hs_call_begin_version; `version` stands for what was read beside the city's settings. */
bool hs_open311_begin(hs_open311 *open311, uint64_t version);

/* Whether a class is a service: no group, and nothing below it. */
bool hs_open311_is_service(const hs_taxonomy *taxonomy, uint32_t row);
/* The row of a code (of no name); HS_NONE. */
uint32_t hs_open311_find_class(const hs_taxonomy *taxonomy, hs_str code);

/* Writes one request as it is served; `closed_statuses` of hs_closed_statuses. */
void hs_open311_write_request(hs_open311 *open311, const hs_incident_chunk *chunk, uint32_t i,
                              const uint64_t *closed_statuses);

/* Characters of a description, of those that are taken and of those that are answered. */
#define HS_OPEN311_DESCRIPTION_MOST 4000u

#endif
