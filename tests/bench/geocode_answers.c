#include "bench.h"

#include "base/text.h"
#include "geo/plane.h"

#include <math.h>
#include <stdio.h>

enum { ASKED = 5 };

static uint32_t deepest_unit(const hs_geography *geography, hs_position position) {
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    for (int level = HS_LEVEL_COUNT; level-- > 0;)
        if (placement.unit[level] != HS_NONE) return placement.unit[level];
    return HS_NONE;
}

/* Type, score, whether ambiguous, accuracy, whether in the true unit (-1: there are none), label, then the
 * distances of the candidates from the true position. */
static void print_answer(const hs_geography *geography, hs_str text, hs_position truth,
                         const hs_geocode_result *results, size_t count) {
    static const hs_geocode_result none = {.unit = HS_NONE};
    const hs_geocode_result *best = count ? results : &none;
    uint32_t unit = deepest_unit(geography, truth);
    printf("%.*s\t%s\t%.4f\t%.4f\t%d\t%.1f\t%d\t%s\t", (int)text.size, text.data,
           hs_match_type_name(best->match_type), best->score, best->margin, best->ambiguous, best->accuracy_m,
           unit == HS_NONE ? -1 : unit == best->unit, best->label);
    for (size_t i = 0; i < count; i++)
        printf("%s%.2f", i ? "," : "", hs_ground_length_m((hs_position[]){truth, results[i].position}, 2));
    printf("\n");
}

static hs_status answer_line(const hs_geocoder *geocoder, const hs_geography *geography, hs_str line,
                             hs_error *error) {
    hs_str text = hs_str_cut(&line, '\t'), lon = hs_str_cut(&line, '\t');
    double lon_deg, lat_deg;
    if (!hs_str_to_double(lon, &lon_deg) || !hs_str_to_double(line, &lat_deg))
        return hs_error_set(error, HS_E_INPUT, "a line is an address, a longitude and a latitude");
    hs_position truth = {(int32_t)lround(lon_deg * 1e7), (int32_t)lround(lat_deg * 1e7)};
    hs_geocode_result results[ASKED];
    size_t count = 0;
    hs_status status = hs_geocode(geocoder, text, results, ASKED, error, &count);
    if (status == HS_OK) print_answer(geography, text, truth, results, count);
    return status;
}

hs_status bench_geocode_answers(hs_service *service, const bench_options *options, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    const hs_geocoder *geocoder = NULL;
    hs_buffer file;
    hs_buffer_init(&file, 1 << 28);
    hs_status status = bench_read_file(options->file, &file, error);
    if (status == HS_OK) status = hs_service_geocoder(service, snapshot, error, &geocoder);
    hs_str rest = {(const char *)file.data, file.size};
    while (rest.size > 0 && status == HS_OK) {
        hs_str line = hs_str_cut(&rest, '\n');
        if (line.size > 0) status = answer_line(geocoder, snapshot->geography, line, error);
    }
    hs_buffer_done(&file);
    hs_snapshot_unref(snapshot);
    return status;
}
