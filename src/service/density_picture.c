#include "service/density_picture.h"

#include <math.h>
#include <stdlib.h>

enum { TILE_PX = 256, TILES_MOST = 512, ZOOM_MOST = 20 };

typedef struct picture {
    uint32_t width, height;
    double *x, *y; /* of all pixel centres, on the square */
    uint32_t zoom;
    int64_t first_x, first_y, columns, rows; /* the tiles that are touched */
    float **tile;
} picture;

static void done(picture *p) {
    for (int64_t i = 0; p->tile && i < p->columns * p->rows; i++)
        free(p->tile[i]);
    free((void *)p->tile);
    free(p->x);
    free(p->y);
}

static hs_status place(picture *p, hs_picture_row row, void *context, hs_error *error) {
    size_t pixels = (size_t)p->width * p->height;
    p->x = malloc(pixels * sizeof *p->x);
    p->y = malloc(pixels * sizeof *p->y);
    if (!p->x || !p->y) return hs_error_memory(error, "a picture");
    hs_status status = HS_OK;
    for (uint32_t r = 0; r < p->height && status == HS_OK; r++)
        status = row(context, r, p->x + (size_t)r * p->width, p->y + (size_t)r * p->width, error);
    return status;
}

static double between(const picture *p, size_t a, size_t b) {
    double d = hypot(p->x[a] - p->x[b], p->y[a] - p->y[b]);
    return d > 0 ? d : INFINITY;
}

/* The least distance of neighbours along the picture's middle row and column. */
static double spacing(const picture *p) {
    double least = INFINITY;
    size_t row = (size_t)(p->height / 2) * p->width;
    size_t column = p->width / 2;
    for (uint32_t i = 1; i < p->width; i++)
        least = fmin(least, between(p, row + i - 1, row + i));
    for (uint32_t i = 1; i < p->height; i++)
        least = fmin(least, between(p, (i - 1) * (size_t)p->width + column, i * (size_t)p->width + column));
    return least;
}

static void cover(picture *p, uint32_t zoom, const double box[4]) {
    double side = ldexp(0x1p32, -(int)zoom);
    double half = side / TILE_PX / 2;
    int64_t last = ((int64_t)1 << zoom) - 1;
    int64_t end_x = (int64_t)floor((box[2] + half) / side);
    int64_t end_y = (int64_t)floor((box[3] + half) / side);
    p->zoom = zoom;
    p->first_x = (int64_t)fmax(floor((box[0] - half) / side), 0);
    p->first_y = (int64_t)fmax(floor((box[1] - half) / side), 0);
    p->columns = (end_x < last ? end_x : last) - p->first_x + 1;
    p->rows = (end_y < last ? end_y : last) - p->first_y + 1;
}

/* False: nothing of the picture is on the map. */
static bool choose_zoom(picture *p) {
    double box[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < (size_t)p->width * p->height; i++) {
        if (isnan(p->x[i])) continue;
        box[0] = fmin(box[0], p->x[i]);
        box[1] = fmin(box[1], p->y[i]);
        box[2] = fmax(box[2], p->x[i]);
        box[3] = fmax(box[3], p->y[i]);
    }
    if (!(box[0] <= box[2])) return false;
    double wanted = spacing(p) * (1 + 1e-6);
    uint32_t zoom = 0;
    while (zoom < ZOOM_MOST && isfinite(wanted) && ldexp(0x1p32, -(int)zoom) / TILE_PX > wanted)
        zoom++;
    cover(p, isfinite(wanted) ? zoom : ZOOM_MOST, box);
    while (p->zoom > 0 && p->columns * p->rows > TILES_MOST)
        cover(p, p->zoom - 1, box);
    return true;
}

typedef struct source {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_density_request *request;
    hs_error *error;
    hs_status status;
} source;

/* The value of a pixel of the zoom, made with its tile when it is first asked for; beyond the map's edge that
 * at the edge. */
static float pixel(picture *p, source *s, int64_t column, int64_t row) {
    int64_t last = ((int64_t)TILE_PX << p->zoom) - 1;
    column = column < 0 ? 0 : column > last ? last : column;
    row = row < 0 ? 0 : row > last ? last : row;
    int64_t tile_x = column / TILE_PX - p->first_x;
    int64_t tile_y = row / TILE_PX - p->first_y;
    if (tile_x < 0 || tile_y < 0 || tile_x >= p->columns || tile_y >= p->rows) return NAN;
    float **tile = &p->tile[tile_y * p->columns + tile_x];
    if (!*tile && s->status == HS_OK) {
        *tile = malloc(TILE_PX * TILE_PX * sizeof **tile);
        hs_tile at = {p->zoom, (uint32_t)(column / TILE_PX), (uint32_t)(row / TILE_PX)};
        s->status =
            *tile ? hs_service_density_tile(s->service, s->snapshot, s->request, at, TILE_PX, s->error, *tile)
                  : hs_error_memory(s->error, "a tile");
    }
    return s->status == HS_OK ? (*tile)[row % TILE_PX * TILE_PX + column % TILE_PX] : NAN;
}

/* `x` and `y` in pixels of the zoom, whole at pixel centres. */
static float sample(picture *p, source *s, double x, double y) {
    double nearest_x = round(x);
    double nearest_y = round(y);
    float nearest = pixel(p, s, (int64_t)nearest_x, (int64_t)nearest_y);
    /* Rounding of coordinates is no reason to interpolate. */
    if (fabs(x - nearest_x) < 1e-3 && fabs(y - nearest_y) < 1e-3) return nearest;
    int64_t column = (int64_t)floor(x);
    int64_t row = (int64_t)floor(y);
    float right = (float)(x - (double)column);
    float down = (float)(y - (double)row);
    float upper = pixel(p, s, column, row) * (1 - right) + pixel(p, s, column + 1, row) * right;
    float lower = pixel(p, s, column, row + 1) * (1 - right) + pixel(p, s, column + 1, row + 1) * right;
    float value = upper * (1 - down) + lower * down;
    return isnan(value) ? nearest : value;
}

static hs_status fill(picture *p, source *s, float *values) {
    double side = ldexp(0x1p32, -(int)p->zoom) / TILE_PX;
    p->tile = calloc((size_t)(p->columns * p->rows), sizeof(float *));
    if (!p->tile) return hs_error_memory(s->error, "a picture");
    for (size_t i = 0; i < (size_t)p->width * p->height && s->status == HS_OK; i++)
        values[i] = isnan(p->x[i]) ? NAN : sample(p, s, p->x[i] / side - 0.5, p->y[i] / side - 0.5);
    return s->status;
}

hs_status hs_service_density_picture(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, uint32_t width, uint32_t height,
                                     hs_picture_row row, void *context, hs_error *error, float *values) {
    if (width == 0 || height == 0 || width > HS_PICTURE_MOST_PX || height > HS_PICTURE_MOST_PX)
        return hs_error_set(error, HS_E_ARGUMENT, "a picture has 1 to %u pixels a side", HS_PICTURE_MOST_PX);
    if (request->network)
        return hs_error_set(
            error, HS_E_ARGUMENT,
            "network: streets are drawn by themselves, as PNG: /tiles/density, WMTS, or WMS with "
            "LAYERS=density");
    picture p = {.width = width, .height = height};
    source s = {service, snapshot, request, error, HS_OK};
    hs_status status = place(&p, row, context, error);
    if (status == HS_OK && choose_zoom(&p)) {
        status = fill(&p, &s, values);
    } else if (status == HS_OK) {
        for (size_t i = 0; i < (size_t)width * height; i++)
            values[i] = NAN;
    }
    done(&p);
    return status;
}
