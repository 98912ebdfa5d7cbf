/* House numbers: odd on the left, even on the right, growing along the street. How many stand on a piece of
 * street follows its length and its community; the total is exact. */
#include "service/sample/city.h"

#include "base/text.h"

#include <math.h>

static const double class_weight[HS_SAMPLE_CLASS_COUNT] = {0.55, 1.0, 1.0, 0.8};

static double edge_weight(const hs_sample_city *city, const hs_sample_edge *edge, uint32_t side) {
    if (edge->community[side] == HS_NONE) return 0;
    return edge->length_m * hs_sample_type_of(city, edge->community[side])->addresses *
           class_weight[city->street[edge->street].road_class];
}

typedef struct numbering {
    hs_random random;
    double weight_so_far, weight_total;
    uint32_t placed;
} numbering;

/* How many addresses this side of the edge gets: the rounded running total keeps the sum exact. */
static uint32_t quota(const hs_sample_city *city, numbering *n, double weight) {
    n->weight_so_far += weight;
    double share = n->weight_so_far / n->weight_total * (double)city->definition.addresses;
    double due = floor(share + 1e-6);
    return due > (double)n->placed ? (uint32_t)(due - (double)n->placed) : 0;
}

static void number_side(hs_sample_city *city, numbering *n, uint32_t s, uint32_t side) {
    hs_sample_street *street = &city->street[s];
    street->first_address[side] = n->placed;
    street->from[side] = HS_NO_NUMBER;
    street->to[side] = HS_NO_NUMBER;
    int32_t number = side == 0 ? 1 : 2;
    for (uint32_t k = 0; k < street->last - street->first; k++) {
        uint32_t e = street->first_edge + k;
        hs_sample_edge *edge = &city->edge[e];
        uint32_t count = quota(city, n, edge_weight(city, edge, side));
        for (uint32_t a = 0; a < count; a++) {
            double share = ((double)a + 0.3 + 0.4 * hs_random_uniform(&n->random)) / (double)count;
            double offset_m = 6.5 + 5.0 * hs_random_uniform(&n->random);
            if (hs_random_uniform(&n->random) < 0.05) number += 2;
            hs_sample_address *address = &city->address[n->placed++];
            address->street = s;
            address->edge = e;
            address->side = side;
            address->number = number;
            /* Clear of both junctions, so that a house stands in the block its number says. */
            double clear_m = edge->length_m > 40 ? 14 : edge->length_m * 0.3;
            address->along_m = edge->start_m + clear_m + share * (edge->length_m - 2 * clear_m);
            address->at_m = hs_sample_street_point(city, street, address->along_m,
                                                   side == 0 ? -offset_m : offset_m, NULL);
            address->position = hs_sample_position(city, address->at_m);
            if (street->from[side] == HS_NO_NUMBER) street->from[side] = side == 0 ? 1 : 2;
            street->to[side] = number;
            number += 2;
        }
        edge->addresses += count;
    }
    street->address_count[side] = n->placed - street->first_address[side];
}

hs_status hs_sample_build_addresses(hs_sample_city *city, hs_error *error) {
    numbering n = {0};
    hs_random_seed_stream(&n.random, city->seed, HS_SAMPLE_STREAM_ADDRESSES);
    city->address = hs_arena_array(city->arena, city->definition.addresses, sizeof *city->address);
    if (!city->address) return hs_error_set(error, HS_E_MEMORY, "no memory for addresses");
    for (uint32_t s = 0; s < city->street_count; s++)
        for (uint32_t side = 0; side < 2; side++)
            for (uint32_t k = 0; k < city->street[s].last - city->street[s].first; k++)
                n.weight_total += edge_weight(city, &city->edge[city->street[s].first_edge + k], side);
    if (!(n.weight_total > 0))
        return hs_error_set(error, HS_E_INPUT,
                            "the sample city's definition: no street has room for addresses");
    for (uint32_t s = 0; s < city->street_count; s++)
        for (uint32_t side = 0; side < 2; side++)
            number_side(city, &n, s, side);
    city->address_count = n.placed;
    return HS_OK;
}
