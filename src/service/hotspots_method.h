/* What a method of hotspots is made of: a row of the table in hotspots_methods.c, with files of its own. */
#ifndef SERVICE_HOTSPOTS_METHOD_H
#define SERVICE_HOTSPOTS_METHOD_H

#include "base/field.h"
#include "base/progress.h"
#include "service/hotspots.h"
#include <string.h>

/* What a request is parsed from (hotspots_words.c). */
typedef struct hs_hotspot_words {
    const hs_hotspot_method *method;
    const hs_snapshot *snapshot;
    const hs_str *names, *values;
    size_t count;
    bool aggregates;
    hs_arena *arena;
    hs_error *error;
} hs_hotspot_words;

/* A word's value, empty where it is not given. */
hs_str hs_hotspot_word(const hs_hotspot_words *words, const char *name);
/* HS_E_ARGUMENT: `text` is none of what the word takes. */
hs_status hs_hotspot_refuse(const hs_hotspot_words *words, const char *name, hs_str text, const char *taken);
/* A number in [min, max], a whole one in [min, max], true or false; the fallback where the word is absent. */
hs_status hs_hotspot_number(const hs_hotspot_words *words, const char *name, double min, double max,
                            double fallback, double *value);
hs_status hs_hotspot_integer(const hs_hotspot_words *words, const char *name, int64_t min, int64_t max,
                             int64_t fallback, int64_t *value);
hs_status hs_hotspot_switch(const hs_hotspot_words *words, const char *name, bool fallback, bool *value);
/* One of `count` names; the word's value is `fallback` where it is absent. */
hs_status hs_hotspot_choice(const hs_hotspot_words *words, const char *name, const char *const *names,
                            int count, int fallback, int *value);
/* The filters, with the worst accuracy that is taken unasked, and the same with positions of any accuracy, to
 * say what is left out. */
hs_status hs_hotspot_filters(const hs_hotspot_words *words, double default_accuracy_m, hs_filter *filter,
                             hs_filter *every_accuracy);

/* What a method computes from. */
typedef struct hs_hotspot_work {
    hs_service *service;
    const hs_snapshot *snapshot;
    const void *request;
    hs_progress progress; /* the work's own: for library functions, whole or in parts; thread-safe */
    hs_error *error;
} hs_hotspot_work;

/* HS_E_CANCELLED where the server stops or nobody waits: between pieces of long work. On any thread that has
 * an error of its own. */
hs_status hs_hotspot_check(const hs_hotspot_work *work, hs_error *error);

/* What every result begins with. */
typedef struct hs_hotspot_head {
    hs_arena *arena; /* of the result and all that it has */
    bool enough;     /* data; else why not, and what to do */
    const char *reason_en, *reason_zh;
    const char *caution_en, *caution_zh; /* what to mind, or NULL */
    uint32_t significant;                /* features */
} hs_hotspot_head;

/* Too little data is an answer: false, so that it can be returned as what is enough. */
bool hs_hotspot_give_up(hs_hotspot_head *head, const char *en, const char *zh);
/* The first one is kept. */
void hs_hotspot_caution(hs_hotspot_head *head, const char *en, const char *zh);
/* Of a computed run; NULL where there is enough data, and where there is nothing to mind. */
const char *hs_hotspot_reason(const hs_hotspot_run *run, bool chinese);
const char *hs_hotspot_mind(const hs_hotspot_run *run, bool chinese);

/* Whether a run's word is a filter that leaves something out. */
bool hs_hotspot_filter_given(const hs_hotspot_run *run, size_t word);
/* How it was computed, and from which incidents. */
void hs_hotspot_how(const hs_hotspot_run *run, bool chinese, hs_buffer *out);

/* A text of the arena's with {1} to {9} replaced by values[0] on; NULL when memory is out. */
const char *hs_hotspot_fill(hs_arena *arena, const char *text, const char *const *values, size_t count);

/* The features of an answer, as rows: GeoJSON and files are written from them. */
typedef struct hs_hotspot_table {
    const hs_field *fields;
    uint32_t field_count;
    uint32_t file_only;    /* so many of the last fields are not in GeoJSON */
    hs_geometry_type type; /* HS_GEOMETRY_NONE: rows without a place */
    uint32_t rows;
    /* Values of the fields (the first is the integer id), the geometry unless the type is none. Texts live as
     * long as the result or are the arena's, which is emptied after each row. */
    void (*read)(const hs_hotspot_run *run, uint32_t row, hs_arena *arena, hs_value *values,
                 const hs_geometry **geometry);
    /* Properties of GeoJSON that files do not have, or NULL. */
    void (*properties)(const hs_hotspot_run *run, uint32_t row, hs_json *json);
} hs_hotspot_table;

/* Longest that a table may be. */
enum { HS_HOTSPOT_MOST_FIELDS = 64 };

/* A value as a member of a JSON object (hotspots_write.c). */
void hs_hotspot_write_value(hs_json *json, const hs_field *field, const hs_value *value);

struct hs_hotspot_method {
    const char *name;
    const char *help_en, *help_zh;
    /* Allocates the request in the words' arena. */
    hs_status (*parse)(const hs_hotspot_words *words, void **request);
    /* Of the method's own result, which begins with an hs_hotspot_head, and of all in its arena. */
    size_t result_size, arena_most;
    /* Fills a result that is nothing but its arena so far. Blocks; asks hs_hotspot_check between pieces of
     * long work. */
    hs_status (*compute)(const hs_hotspot_work *work, void *result);
    void (*table)(const hs_hotspot_run *run, hs_hotspot_table *table);
    /* Members of the collection after `type`, `method` and the words of `explain`: parameters, version, seed
     * and what else tells of the whole. The run time follows by itself. */
    void (*head)(const hs_hotspot_run *run, hs_json *json);
    /* How it was computed: method and paper, units, what is counted and left out, parameters. */
    void (*explain)(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
    /* Releases what the result has beside its arena, after a failure too; or NULL. */
    void (*done)(void *result);
};

static inline hs_value hs_hotspot_text(const char *text) {
    return (hs_value){.text = {text, strlen(text)}, .absent = *text == 0};
}
static inline hs_value hs_hotspot_str(hs_str text) {
    return (hs_value){.text = text, .absent = text.size == 0};
}
static inline hs_value hs_hotspot_real(double real) {
    return (hs_value){.real = real, .absent = !(real - real == 0)};
}
static inline hs_value hs_hotspot_integer_value(int64_t integer) {
    return (hs_value){.integer = integer};
}

/* Rows of the table. */
extern const hs_hotspot_method hs_hotspot_gi_star, hs_hotspot_local_moran, hs_hotspot_global,
    hs_hotspot_emerging, hs_hotspot_change, hs_hotspot_scan, hs_hotspot_clusters, hs_hotspot_near_repeat,
    hs_hotspot_k_function;

#endif
