#include "render/map_draw.h"
#include "service/service_private.h"

#include <stdlib.h>

static void entry_free(hs_geocoder_entry *entry) {
    hs_geocoder_free(entry->geocoder);
    hs_reverse_geocoder_free(entry->reverse);
    hs_autocomplete_free(entry->autocomplete);
    hs_map_world_free(entry->map);
    free(entry);
}

static uint32_t held_by(const hs_geocoder_entry *entry) {
    return (uint32_t)(entry->geocoder != NULL) + (entry->reverse != NULL) + (entry->autocomplete != NULL) +
           (entry->map != NULL);
}

/* With the lock held. Who holds a snapshot holds its geography, so an entry that shares its geography with
 * nobody is out of everybody's reach but a look-up's, which needs the same lock. */
static void drop_unheld(hs_service *service) {
    hs_geocoder_entry **at = &service->geocoders;
    while (*at) {
        hs_geocoder_entry *entry = *at;
        if (hs_geography_references(entry->geography) > held_by(entry)) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        entry_free(entry);
    }
}

void hs_service_drop_geocoders(hs_service *service) {
    /* Somebody is making one now: the next time will do. */
    if (pthread_mutex_trylock(&service->geocoder_lock) != 0) return;
    drop_unheld(service);
    pthread_mutex_unlock(&service->geocoder_lock);
}

void hs_service_free_geocoders(hs_service *service) {
    while (service->geocoders) {
        hs_geocoder_entry *entry = service->geocoders;
        service->geocoders = entry->next;
        entry_free(entry);
    }
}

/* With the lock held; NULL when memory is out. The entry holds nothing before something is made for it, which
 * is before the lock is given back. */
static hs_geocoder_entry *entry_of(hs_service *service, const hs_geography *geography) {
    hs_geocoder_entry *entry = service->geocoders;
    while (entry && entry->geography != geography)
        entry = entry->next;
    if (entry) return entry;
    drop_unheld(service);
    entry = calloc(1, sizeof *entry);
    if (!entry) return NULL;
    entry->geography = geography;
    entry->next = service->geocoders;
    service->geocoders = entry;
    return entry;
}

/* An entry for which nothing could be made does not keep the geography alive, so it must not stay. */
static void drop_empty(hs_service *service, hs_geocoder_entry *entry) {
    if (held_by(entry) > 0) return;
    service->geocoders = entry->next; /* it was put in front */
    entry_free(entry);
}

static hs_status make_geocoder(hs_geocoder_entry *entry, hs_error *error) {
    return entry->geocoder ? HS_OK : hs_geocoder_new(entry->geography, error, &entry->geocoder);
}

static hs_status make_reverse(hs_geocoder_entry *entry, hs_error *error) {
    return entry->reverse ? HS_OK : hs_reverse_geocoder_new(entry->geography, error, &entry->reverse);
}

static hs_status make_autocomplete(hs_geocoder_entry *entry, hs_error *error) {
    return entry->autocomplete ? HS_OK : hs_autocomplete_new(entry->geography, error, &entry->autocomplete);
}

static hs_status make_map(hs_geocoder_entry *entry, hs_error *error) {
    return entry->map ? HS_OK : hs_map_world_new(entry->geography, error, &entry->map);
}

/* Made under the lock: whoever else needs it waits for this one instead of making a second. */
static hs_status find(hs_service *service, const hs_snapshot *snapshot,
                      hs_status (*make)(hs_geocoder_entry *entry, hs_error *error), hs_error *error,
                      hs_geocoder_entry **found) {
    pthread_mutex_lock(&service->geocoder_lock);
    hs_geocoder_entry *entry = entry_of(service, snapshot->geography);
    hs_status status = entry ? make(entry, error) : hs_error_memory(error, "the geocoder");
    if (entry && status != HS_OK) drop_empty(service, entry);
    pthread_mutex_unlock(&service->geocoder_lock);
    if (status == HS_OK) *found = entry;
    return status;
}

hs_status hs_service_geocoder(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                              const hs_geocoder **geocoder) {
    hs_geocoder_entry *entry = NULL;
    hs_status status = find(service, snapshot, make_geocoder, error, &entry);
    if (entry) *geocoder = entry->geocoder;
    return status;
}

hs_status hs_service_reverse_geocoder(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                                      const hs_reverse_geocoder **reverse) {
    hs_geocoder_entry *entry = NULL;
    hs_status status = find(service, snapshot, make_reverse, error, &entry);
    if (entry) *reverse = entry->reverse;
    return status;
}

hs_status hs_service_autocomplete(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                                  const hs_autocomplete **autocomplete) {
    hs_geocoder_entry *entry = NULL;
    hs_status status = find(service, snapshot, make_autocomplete, error, &entry);
    if (entry) *autocomplete = entry->autocomplete;
    return status;
}

hs_status hs_service_map_world(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                               hs_map_world **world) {
    hs_geocoder_entry *entry = NULL;
    hs_status status = find(service, snapshot, make_map, error, &entry);
    if (entry) *world = entry->map;
    return status;
}
