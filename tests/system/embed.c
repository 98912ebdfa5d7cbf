/* A whole program on libhotspot: two communities and a street, a position placed, an address found, the
 * density at a point. Built against the installed library by test_embed.sh. */
#include <hotspot/hotspot.h>

#include <stdio.h>
#include <stdlib.h>

static void stop(hs_status status, const hs_error *error) {
    if (status == HS_OK) return;
    fprintf(stderr, "%s: %s\n", hs_status_describe(status), error->message);
    exit(1);
}

/* A square community of 0.01 degrees whose south-west corner is given. */
static void add_community(hs_geography_builder *builder, hs_str code, hs_str name, int32_t lon_e7,
                          int32_t lat_e7) {
    const int32_t side = 100000;
    hs_position ring[5] = {{lon_e7, lat_e7},
                           {lon_e7 + side, lat_e7},
                           {lon_e7 + side, lat_e7 + side},
                           {lon_e7, lat_e7 + side},
                           {lon_e7, lat_e7}};
    uint32_t parts[2] = {0, 1}, rings[2] = {0, 5};
    hs_unit_record record = {.code = code,
                             .name = name,
                             .level = HS_LEVEL_COMMUNITY,
                             .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring}};
    hs_error error = {0};
    stop(hs_geography_add_unit(builder, &record, &error), &error);
}

int main(void) {
    hs_error error = {0};
    hs_geography_builder *builder;
    stop(hs_geography_builder_new(&error, &builder), &error);
    add_community(builder, HS_STR("001"), HS_STR("西社区"), 1004000000, 389000000);
    add_community(builder, HS_STR("002"), HS_STR("东社区"), 1004100000, 389000000);
    hs_position line[2] = {{1004000000, 389050000}, {1004200000, 389050000}};
    uint32_t rings[2] = {0, 2};
    hs_street_record street = {.name = HS_STR("春风路"),
                               .left_from = 1,
                               .left_to = 99,
                               .right_from = 2,
                               .right_to = 100,
                               .geometry = {HS_GEOMETRY_LINES, 0, 1, NULL, rings, line}};
    stop(hs_geography_add_street(builder, &street, &error), &error);
    hs_geography *geography;
    stop(hs_geography_finish(builder, 1, &error, &geography), &error);

    hs_placement placement;
    hs_geography_place(geography, (hs_position){1004150000, 389051000}, &placement);
    uint32_t community = placement.unit[HS_LEVEL_COMMUNITY];
    printf("community %s, segment %u\n",
           community == HS_NONE ? "none" : geography->units.code[community].data, placement.segment);

    hs_geocoder *geocoder;
    stop(hs_geocoder_new(geography, &error, &geocoder), &error);
    hs_geocode_result result;
    size_t count = 0;
    stop(hs_geocode(geocoder, HS_STR("春风路50号"), &result, 1, &error, &count), &error);
    printf("%zu found: %s\n", count, count ? hs_match_type_name(result.match_type) : "nothing");
    printf("one incident at the peak: %.3f per km2\n",
           hs_density_from_sum(HS_KERNEL_ONE, HS_KERNEL_QUARTIC, 300));

    hs_geocoder_free(geocoder);
    hs_geography_unref(geography);
    return 0;
}
