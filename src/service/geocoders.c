#include "service/service_private.h"

#include <stdlib.h>

static void entry_free(hs_geocoder_entry *entry) {
    hs_geocoder_free(entry->geocoder);
    free(entry);
}

/* With the lock held. Who holds a snapshot holds its geography, so an entry that shares its geography with
 * nobody is out of everybody's reach but a look-up's, which needs the same lock. */
static void drop_unheld(hs_service *service) {
    hs_geocoder_entry **at = &service->geocoders;
    while (*at) {
        hs_geocoder_entry *entry = *at;
        if (hs_geography_is_shared(entry->geography)) {
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

static hs_geocoder_entry *entry_new(const hs_geography *geography, hs_error *error, hs_status *status) {
    hs_geocoder_entry *made = calloc(1, sizeof *made);
    if (!made) {
        *status = hs_error_set(error, HS_E_MEMORY, "out of memory for the geocoder");
        return NULL;
    }
    *status = hs_geocoder_new(geography, error, &made->geocoder);
    if (*status != HS_OK) {
        free(made);
        return NULL;
    }
    made->geography = geography;
    return made;
}

hs_status hs_service_geocoder(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                              const hs_geocoder **geocoder) {
    hs_status status = HS_OK;
    /* Made under the lock: whoever else needs it waits for this one instead of making a second. */
    pthread_mutex_lock(&service->geocoder_lock);
    hs_geocoder_entry *entry = service->geocoders;
    while (entry && entry->geography != snapshot->geography)
        entry = entry->next;
    if (!entry) {
        drop_unheld(service);
        entry = entry_new(snapshot->geography, error, &status);
        if (entry) {
            entry->next = service->geocoders;
            service->geocoders = entry;
        }
    }
    pthread_mutex_unlock(&service->geocoder_lock);
    if (entry) *geocoder = entry->geocoder;
    return status;
}
