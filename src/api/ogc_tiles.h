/* OGC API Tiles and Maps: tile matrix sets, documents of tile sets, which tile is asked for. */
#ifndef API_OGC_TILES_H
#define API_OGC_TILES_H

#include "api/collection.h"
#include "api/wmts.h"

/* Tiles of one resource. */
typedef struct hs_tiled {
    const char *path; /* of the list of its tile sets, behind the base URL */
    const char *title_en, *title_zh;
    const char *data_type;      /* `vector` or `map` */
    hs_representation form;     /* of a tile */
    const char *const *layers;  /* of vector tiles, ended by NULL; or NULL */
    bool degrees;               /* WorldCRS84Quad besides WebMercatorQuad */
    uint64_t version;           /* that tile URLs carry */
    const char *const *carried; /* parameters beside filters that tile URLs carry on; or NULL: none at all */
} hs_tiled;

/* The list of the tile sets of a resource, and one of them by the path's tileMatrixSetId (404). */
hs_status hs_call_tilesets(hs_call *call, const hs_tiled *tiled);
hs_status hs_call_tileset(hs_call *call, const hs_tiled *tiled);
/* Set and tile of the path (x up to across * 2^z). False: 404 is answered. */
bool hs_call_ogc_tile(hs_call *call, bool degrees, const hs_wmts_set **set, hs_tile *tile);

#endif
