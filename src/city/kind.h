/* Kinds of records that a city is made of, as the command line names them, and who takes them. */
#ifndef CITY_KIND_H
#define CITY_KIND_H

#include <hotspot/error.h>
#include <hotspot/records.h>

typedef enum hs_kind {
    HS_KIND_UNITS,
    HS_KIND_STREETS,
    HS_KIND_ADDRESSES,
    HS_KIND_PLACES,
    HS_KIND_ZONES,
    HS_KIND_INCIDENTS,
    HS_KIND_TARGETS,
    HS_KIND_POPULATION,
    HS_KIND_TAXONOMY,
    HS_KIND_DECISIONS, /* made in the review of addresses, not imported */
    HS_KIND_HOTSPOTS,  /* saved runs, not imported */
    HS_KIND_COUNT
} hs_kind;

const char *hs_kind_name(hs_kind kind); /* NULL for none */
hs_kind hs_kind_parse(hs_str name);     /* HS_KIND_COUNT when unknown */
/* Whether files of this kind are imported. */
bool hs_kind_is_imported(hs_kind kind);

/* Takes one record, which lives until it returns. */
typedef hs_status (*hs_visit_unit)(void *context, const hs_unit_record *record, hs_error *error);
typedef hs_status (*hs_visit_street)(void *context, const hs_street_record *record, hs_error *error);
typedef hs_status (*hs_visit_address)(void *context, const hs_address_record *record, hs_error *error);
typedef hs_status (*hs_visit_place)(void *context, const hs_place_record *record, hs_error *error);
typedef hs_status (*hs_visit_zone)(void *context, const hs_zone_record *record, hs_error *error);
typedef hs_status (*hs_visit_category)(void *context, const hs_category_record *record, hs_error *error);
typedef hs_status (*hs_visit_target)(void *context, const hs_target_record *record, hs_error *error);
typedef hs_status (*hs_visit_population)(void *context, const hs_population_record *record, hs_error *error);
typedef hs_status (*hs_visit_decision)(void *context, const hs_decision_record *record, hs_error *error);
typedef hs_status (*hs_visit_saved_hotspot)(void *context, const hs_saved_hotspot_record *record,
                                            hs_error *error);
typedef hs_status (*hs_visit_incident)(void *context, const hs_incident_record *record, hs_error *error);

#endif
