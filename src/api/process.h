/* OGC API Processes: the table of what can be executed, and how. */
#ifndef API_PROCESS_H
#define API_PROCESS_H

#include "api/collection.h"
#include <jansson.h>

enum { HS_PROCESS_FORMATS = 2 };

/* A process is an endpoint that computes, or several whose answers are forms of one result: inputs and their
 * checks are those endpoints' parameters. A row a process. */
typedef struct hs_process {
    const char *id, *title_en, *title_zh;
    struct hs_process_format {
        const char *endpoint;   /* operationId; NULL behind the last one */
        const char *media_type; /* of the result; the first one is the default */
        bool is_json;
    } format[HS_PROCESS_FORMATS];
} hs_process;

/* Ended by a NULL id. */
extern const hs_process hs_processes[];
/* The process of the path's processId, or NULL after answering 404. */
const hs_process *hs_call_process(hs_call *call);
const hs_endpoint *hs_process_endpoint(const struct hs_process_format *format);
/* Whether a parameter of an endpoint is an input of processes: not the data's version, nor how the answer is
 * kept and written as a file, which `outputs` says. */
bool hs_process_takes(const hs_endpoint *endpoint, const char *name);

/* What is asked for: inputs as parameters of the endpoint, in the arena. */
typedef struct hs_execution {
    const hs_process *process;
    const struct hs_process_format *format;
    const hs_endpoint *endpoint;
    hs_http_pair *inputs;
    size_t input_count;
    bool as_document; /* the result in an object, else the result itself */
} hs_execution;

/* Reads the body of a request to execute. HS_E_INPUT, HS_E_ARGUMENT say what is wrong. */
hs_status hs_call_execution(hs_call *call, const hs_process *process, hs_execution *execution);
/* A value of JSON as parameters have it: a text, a number, true or false, a list of them joined by commas.
 * False for any other. */
bool hs_input_append(const json_t *value, hs_buffer *out);
/* Puts the result in the body into an object, what is no JSON in base 64. */
hs_status hs_call_write_document(hs_call *call, const hs_execution *execution);
/* Whether the client prefers a job (RFC 7240: respond-async). */
bool hs_call_prefers_job(const hs_call *call);
/* Starts it as a job and answers 201. */
hs_status hs_call_start_execution(hs_call *call, const hs_execution *execution);

#define HS_PROCESS_EXCEPTION "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"

#endif
