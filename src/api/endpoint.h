/* The one table of endpoints: routes, checking of parameters, OpenAPI and its human form derive from it. */
#ifndef API_ENDPOINT_H
#define API_ENDPOINT_H

#include "api/api.h"
#include "service/density.h"
#include "service/request_key.h"
#include "service/users.h"
#include <stdatomic.h>

typedef struct hs_parameter {
    const char *name;
    const char *type; /* of JSON Schema: string, integer, number, boolean; array: strings, may be repeated */
    const char *help_en, *help_zh;
    bool required;
} hs_parameter;

enum {
    HS_TAKES_FILTERS = 1,   /* besides its own parameters the filters' words */
    HS_NEEDS_SNAPSHOT = 2,  /* 503 before the city is loaded */
    HS_LENIENT = 4,         /* unknown parameters are ignored: pages and files */
    HS_NEEDS_INCIDENTS = 8, /* shows single incidents or address texts: 403 where they are not public */
    HS_OGC = 16,            /* also in the OGC part's own description */
    HS_HIDDEN = 32,         /* not described */
    HS_LONG = 64,           /* made on a thread for long work, the connection suspended meanwhile */
    HS_LONG_AT_TIMES = 128, /* so where is_long (call.c) says it */
    HS_POSTS = 256,         /* of method POST */
    HS_DELETES = 512,       /* of method DELETE */
    HS_UPLOADS = 1024,      /* of method POST, its body a form with files */
    HS_FORMS = 2048,        /* of method POST, its parameters the fields of a form */
    HS_OPEN311 = 4096,      /* its errors are of Open311's own form */
    HS_OWS = 16384,         /* its errors are exceptions in XML of the OGC's older services */
    HS_PUTS = 32768,        /* of method PUT */
    HS_PATCHES = 65536,     /* of method PATCH */
    HS_ASKS = 131072,       /* of method OPTIONS */
    HS_TOKENS = 262144,     /* needs a token */
    HS_LONG_COUNT = 524288, /* HS_LONG where incidents are many or sides compared (call.c) */
    HS_TABLES = 8192,       /* besides HS_UPLOADS: the body may be a table itself, and one is the answer */
};

struct hs_call;
typedef hs_status (*hs_endpoint_handler)(struct hs_call *call);

typedef struct hs_endpoint {
    const char *path; /* as the router takes it */
    const char *id;   /* operationId */
    unsigned flags;
    const char *media_type;         /* of its answer */
    const hs_parameter *parameters; /* ended by a NULL name; NULL: none */
    const char *help_en, *help_zh;
    hs_endpoint_handler handler;
} hs_endpoint;

/* Ended by a NULL path. */
extern const hs_endpoint hs_endpoints[];

/* The endpoint of a method of hotspots, by the method's name; NULL where there is none (hotspots.c). */
const hs_endpoint *hs_endpoint_of_hotspots(const char *method);
const hs_endpoint *hs_endpoint_of_forecast(void);
const hs_endpoint *hs_endpoint_of_focus(void);

/* The method of an endpoint. */
hs_method hs_endpoint_method(const hs_endpoint *endpoint);
/* Whether it takes a parameter of this name. */
bool hs_endpoint_takes(const hs_endpoint *endpoint, hs_str name);
/* Its name in upper case. */
const char *hs_endpoint_method_name(const hs_endpoint *endpoint);

struct hs_api {
    hs_service *service;
    hs_events *events; /* of /events */
    hs_ramps *ramps;
    struct hs_map_styles *map_styles;
    struct hs_fonts *fonts;
    hs_log *log;
    bool read_only, public_incidents;
    hs_rate_limit *residents; /* of posts without a key; NULL: none are taken */
    hs_str jurisdiction, contact;
    int64_t job_limit_ms; /* of what is asked for without a token; 0: none */
    atomic_bool loopback;
    atomic_uint_fast64_t load_us;
    atomic_uint files_open;         /* exports that are made or sent */
    atomic_uint batches_open;       /* of addresses, likewise */
    struct hs_run_times *run_times; /* of answers that carry theirs */
    struct hs_binding *bindings;
    uint64_t assets_hash; /* of everything that travels in the program */
};

/* One request on its way through an endpoint. */
typedef struct hs_call {
    hs_api *api;
    const hs_endpoint *endpoint;
    hs_request *request;
    hs_response *response;
    hs_error *error;
    hs_arena *arena;
    hs_snapshot *snapshot;              /* NULL where the endpoint needs none */
    hs_json json;                       /* ready to write the answer's body */
    const struct hs_representation *as; /* what was negotiated (api/representation.h), or NULL */
    bool html;                          /* the answer is for people */
    bool chinese;                       /* and in Chinese, else in English */
} hs_call;

/* For computations: it ends them when the client leaves, and shows how far they are where they are a job. */
hs_progress hs_call_progress(const hs_call *call);
/* Whether single incidents and address texts may be shown. */
bool hs_call_sees_incidents(const hs_call *call);
/* Answers 403 and why. */
hs_status hs_call_deny_incidents(hs_call *call);

/* Whether the body is said to be JSON. */
bool hs_call_sends_json(const hs_call *call);
/* Answers 400 naming every unknown parameter and what there is; false when all are known. */
bool hs_call_refuse_unknown(hs_call *call);

/* The name of the page's cookie. */
extern const char hs_session_cookie[];
/* The request's bearer token, or that of the page's cookie where a page of ours sent it; empty where there is
 * none. */
hs_str hs_call_token(const hs_call *call);
/* The user of the request's bearer token, who must have the role. False: 401 or 403 is answered. */
bool hs_call_authorise(hs_call *call, hs_role role, hs_user *user);

/* Whether the caller may see what is not public: as incidents, or by the token of a viewer. False: 401 or 403
 * is answered (review.c). */
bool hs_call_may_look(hs_call *call);
/* What the request's Idempotency-Key, the user's own, is kept under; empty where there is none. */
hs_status hs_call_key(hs_call *call, const hs_user *user, uint64_t hash, hs_request_key *key);

/* Answers 202 with a job that was started, which /jobs/{jobId} shows; of one that was not, 503 where too many
 * wait, else `status` (imports.c). */
hs_status hs_call_accept_job(hs_call *call, const char *id);
hs_status hs_call_refuse_job(hs_call *call, hs_status status);

/* Parameters: the default where absent; HS_E_ARGUMENT with the range where wrong. */
hs_str hs_call_text(const hs_call *call, const char *name);
hs_status hs_call_number(hs_call *call, const char *name, double min, double max, double fallback,
                         double *value);
hs_status hs_call_integer(hs_call *call, const char *name, int64_t min, int64_t max, int64_t fallback,
                          int64_t *value);
/* The word `f` of answers that are json (default) or csv. */
hs_status hs_call_takes_csv(hs_call *call, bool *csv);
/* All of the request's names and values, in its arena. */
hs_status hs_call_words(const hs_call *call, hs_str **names, hs_str **values);
/* The filters of the request. `without` (may be NULL) names one that is left out. */
hs_status hs_call_filter(hs_call *call, double default_accuracy_m, const char *without, hs_filter *filter);
/* Filter and selection; release the selection. */
hs_status hs_call_select(hs_call *call, double default_accuracy_m, hs_filter *filter,
                         const hs_selection **selection);

/* What an answer read: the city is all but saved runs of hotspots, for answers that do not name the version.
 */
typedef enum hs_reads { HS_READS_PROGRAM, HS_READS_GEOGRAPHY, HS_READS_CITY, HS_READS_ALL } hs_reads;
/* Hash of the request (all but `v`) and of what it read. */
uint64_t hs_call_etag(const hs_call *call, hs_reads reads);
/* Type, compression, caching and etag of an answer; true when the handler is done: the body is there already,
 * is not needed, or takes long and is made when the handler is called again (hs_request_cached_or_defer).
 * With the current version in `v` the answer is immutable. */
bool hs_call_begin(hs_call *call, const char *media_type, hs_reads reads);

/* The same for an answer that read what `version` stands for, a hash, beside the city's settings. */
bool hs_call_begin_version(hs_call *call, const char *media_type, uint64_t version);

/* Whether a density is asked for that is not drawn from the cheap structures of plain tiles: exact ones,
 * kernels with edges, adaptive bandwidths, ratios, street networks, corrected edges (density_request.c). */
bool hs_density_is_long(const hs_request *request);

/* Appends the request's filters (and `extra` names, NULL-ended, or NULL) as a query after `separator`. */
void hs_call_carry_query(const hs_call *call, const char *const *extra, char separator, hs_buffer *out);

/* Appends the parameters of these names alone, NULL-ended. */
void hs_call_carry_names(const hs_call *call, const char *const *names, hs_buffer *out);

/* A selection's rows over all chunks, and whether row i of chunk c passes. */
typedef struct hs_counts {
    uint64_t positioned, unpositioned;
} hs_counts;
hs_counts hs_selection_counts(const hs_selection *selection);
static inline bool hs_selection_has(const hs_selection *selection, uint32_t chunk, uint32_t i) {
    const uint64_t *bits = selection->bits[chunk];
    return !bits || (bits[i / 64] >> (i % 64) & 1);
}

#define HS_ALL_ACCURACIES (-1.0)

/* The tile that the path's z, x and y name (tiles.c). */
hs_status hs_call_tile(hs_call *call, hs_tile *tile);
/* Members `bounds` and `center` of TileJSON; none of an empty box. */
void hs_write_tile_bounds(hs_json *json, hs_box box);

/* Says in an answer that is written and is an object, or in its header `Left-Out`, how many incidents the
 * filter leaves out and why (left_out.c). */
hs_status hs_call_append_left_out(hs_call *call, const hs_filter *filter);
hs_status hs_call_head_left_out(hs_call *call, const hs_filter *filter);

/* Writes a map style that travels in the program with this server's address and its fonts in their places,
 * and with English names first where lang=en (page.c). Fonts follow the city of call->snapshot, which may be
 * NULL. */
hs_status hs_call_write_style(hs_call *call, hs_str style);

/* Families. */
hs_status hs_serve_page(hs_call *call);
hs_status hs_serve_vendor(hs_call *call);
hs_status hs_serve_versioned(hs_call *call);
hs_status hs_serve_style(hs_call *call);
hs_status hs_serve_font(hs_call *call);
hs_status hs_serve_font_sheet(hs_call *call);
hs_status hs_add_asset_routes(hs_api *api, hs_router *router, hs_error *error);
hs_status hs_serve_healthz(hs_call *call);
hs_status hs_serve_readyz(hs_call *call);
hs_status hs_serve_metrics(hs_call *call);
hs_status hs_serve_openapi(hs_call *call);
hs_status hs_serve_openapi_html(hs_call *call);
hs_status hs_serve_ogc_openapi(hs_call *call);
hs_status hs_serve_city(hs_call *call);
hs_status hs_serve_categories(hs_call *call);
hs_status hs_serve_summary(hs_call *call);
hs_status hs_serve_calendar(hs_call *call);
hs_status hs_serve_timeline(hs_call *call);
hs_status hs_serve_targets(hs_call *call);
hs_status hs_serve_tilejson(hs_call *call);
hs_status hs_serve_vector_tile(hs_call *call);
hs_status hs_serve_density_tile(hs_call *call);
hs_status hs_serve_density_tile_2x(hs_call *call);
hs_status hs_serve_map_tile(hs_call *call);
hs_status hs_serve_map_tile_2x(hs_call *call);
hs_status hs_serve_map_tile_jpeg(hs_call *call);
hs_status hs_serve_map_tile_jpeg_2x(hs_call *call);
hs_status hs_serve_map_png(hs_call *call);
hs_status hs_serve_map_jpeg(hs_call *call);
hs_status hs_serve_map_pdf(hs_call *call);
hs_status hs_serve_map_legend(hs_call *call);
hs_status hs_serve_density_legend(hs_call *call);
hs_status hs_serve_density_legend_png(hs_call *call);
hs_status hs_serve_density_value(hs_call *call);
hs_status hs_serve_density_bandwidth(hs_call *call);
hs_status hs_serve_density_tif(hs_call *call);
hs_status hs_serve_density_lixels(hs_call *call);
hs_status hs_serve_density_isobands(hs_call *call);
hs_status hs_serve_hotspots(hs_call *call);
hs_status hs_serve_forecast(hs_call *call);
hs_status hs_serve_focus(hs_call *call);
hs_status hs_serve_saved_hotspots(hs_call *call);
hs_status hs_serve_saved_run(hs_call *call);
hs_status hs_post_hotspots(hs_call *call);
hs_status hs_delete_saved_run(hs_call *call);
hs_status hs_serve_hotspots_tile(hs_call *call);
hs_status hs_serve_hotspots_tilejson(hs_call *call);
hs_status hs_serve_geocode(hs_call *call);
hs_status hs_serve_review(hs_call *call);
hs_status hs_serve_review_entry(hs_call *call);
hs_status hs_serve_decisions(hs_call *call);
hs_status hs_serve_hit_rate(hs_call *call);
hs_status hs_post_review(hs_call *call);
hs_status hs_delete_review(hs_call *call);
hs_status hs_post_geocode(hs_call *call);
hs_status hs_serve_search(hs_call *call);
hs_status hs_serve_reverse(hs_call *call);
hs_status hs_serve_autocomplete(hs_call *call);
hs_status hs_serve_batches(hs_call *call);
hs_status hs_post_undo(hs_call *call);
hs_status hs_serve_check(hs_call *call);
hs_status hs_serve_events(hs_call *call);
hs_status hs_serve_session(hs_call *call);
hs_status hs_post_session(hs_call *call);
hs_status hs_delete_session(hs_call *call);
hs_status hs_post_incidents(hs_call *call);
/* The same; with `only_new` one that is there already is 409 and stays as it is. */
hs_status hs_call_post_incidents(hs_call *call, bool only_new);
hs_status hs_post_imports(hs_call *call);
hs_status hs_serve_jobs(hs_call *call);
hs_status hs_serve_job(hs_call *call);
hs_status hs_delete_job(hs_call *call);
hs_status hs_serve_job_rejects(hs_call *call);
hs_status hs_open311_discovery(hs_call *call);
hs_status hs_open311_services(hs_call *call);
hs_status hs_open311_service(hs_call *call);
hs_status hs_open311_requests(hs_call *call);
hs_status hs_open311_request(hs_call *call);
hs_status hs_open311_token(hs_call *call);
hs_status hs_open311_post(hs_call *call);
hs_status hs_open311_nothing(hs_call *call);
hs_status hs_serve_wms(hs_call *call);
hs_status hs_serve_wmts(hs_call *call);
hs_status hs_serve_wmts_capabilities(hs_call *call);
hs_status hs_serve_wmts_tile(hs_call *call);
hs_status hs_serve_wmts_tile_jpeg(hs_call *call);
hs_status hs_serve_wmts_info(hs_call *call);
hs_status hs_serve_ogc_landing(hs_call *call);
hs_status hs_serve_ogc_conformance(hs_call *call);
hs_status hs_serve_ogc_collections(hs_call *call);
hs_status hs_serve_ogc_collection(hs_call *call);
hs_status hs_serve_ogc_queryables(hs_call *call);
hs_status hs_serve_ogc_items(hs_call *call);
hs_status hs_serve_ogc_item(hs_call *call);
hs_status hs_serve_ogc_sets(hs_call *call);
hs_status hs_serve_ogc_set(hs_call *call);
hs_status hs_serve_ogc_tilesets(hs_call *call);
hs_status hs_serve_ogc_tileset(hs_call *call);
hs_status hs_serve_ogc_vector_tile(hs_call *call);
hs_status hs_serve_ogc_map(hs_call *call);
hs_status hs_serve_ogc_map_tilesets(hs_call *call);
hs_status hs_serve_ogc_map_tileset(hs_call *call);
hs_status hs_serve_ogc_map_tile(hs_call *call);
hs_status hs_serve_ogc_styles(hs_call *call);
hs_status hs_serve_ogc_style(hs_call *call);
hs_status hs_serve_ogc_style_metadata(hs_call *call);
hs_status hs_serve_ogc_processes(hs_call *call);
hs_status hs_serve_ogc_process(hs_call *call);
hs_status hs_post_ogc_execution(hs_call *call);
hs_status hs_serve_ogc_jobs(hs_call *call);
hs_status hs_serve_ogc_job(hs_call *call);
hs_status hs_delete_ogc_job(hs_call *call);
hs_status hs_serve_ogc_results(hs_call *call);
hs_status hs_options_ogc_items(hs_call *call);
hs_status hs_post_ogc_items(hs_call *call);
hs_status hs_put_ogc_item(hs_call *call);
hs_status hs_patch_ogc_item(hs_call *call);
hs_status hs_delete_ogc_item(hs_call *call);

#endif
