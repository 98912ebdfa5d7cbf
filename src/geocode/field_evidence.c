#include "geocode/field_evidence.h"

#include "geo/box.h"
#include <math.h>

/* Evidence is sought nearby first, in numbers and across, then farther. */
#define NEAR_NUMBERS 30
#define NEAR_M       400.0
#define FAR_NUMBERS  100
#define FAR_M        800.0
#define ENOUGH       12
#define ITEMS_MOST   256
#define REACH_MOST_M 2500.0
/* Cosine of the largest angle between parallel streets. */
#define PARALLEL 0.9
/* Standard deviations of one number's word: of itself, by metres across, by numbers off, by another hundred
 * block. */
#define OWN_M         12.0
#define BY_ACROSS     0.2
#define BY_NUMBER     0.1
#define OTHER_BLOCK_M 40.0
/* Words farther than this from the rest count little (Cauchy weights). */
#define ROBUST_M     40.0
#define LEAST_STEP_M 0.5
#define MOST_STEP_M  3.0
/* Of the densest words those this near make the mean. */
#define TOGETHER_M  60.0
#define PIECES_MOST 400

typedef struct words {
    const hs_evidence *about;
    double across_most_m;
    uint32_t count;
    double along_m[ITEMS_MOST], weight[ITEMS_MOST];
} words;

static double step_for(const hs_anchors *anchors, const hs_anchor *anchor, int32_t number) {
    if (anchors->hundreds && anchor->number / 100 == number / 100) return anchors->block_step_m;
    double step_m = anchor->step_m > 0 ? anchor->step_m : anchors->step_m;
    return step_m < LEAST_STEP_M ? LEAST_STEP_M : step_m > MOST_STEP_M ? MOST_STEP_M : step_m;
}

static double weight_of(const hs_anchors *anchors, const hs_anchor *anchor, int32_t number, double across_m) {
    double off_m = BY_NUMBER * anchors->block_step_m * ((double)number - anchor->number);
    double variance = OWN_M * OWN_M + BY_ACROSS * BY_ACROSS * across_m * across_m + off_m * off_m;
    if (anchors->hundreds && anchor->number / 100 != number / 100) variance += OTHER_BLOCK_M * OTHER_BLOCK_M;
    return 1 / variance;
}

static void hear(void *context, const hs_anchor *anchor) {
    words *w = context;
    const hs_evidence *e = w->about;
    if (w->count == ITEMS_MOST) return;
    if (anchor->group != e->group && anchor->dx * e->dx + anchor->dy * e->dy < PARALLEL) return;
    double x = anchor->x_m - e->x_m, y = anchor->y_m - e->y_m;
    double along_m = x * e->dx + y * e->dy, across_m = fabs(y * e->dx - x * e->dy);
    if (across_m > w->across_most_m || fabs(along_m) > e->reach_m) return;
    double off = (double)e->number - anchor->number;
    w->along_m[w->count] = along_m + step_for(e->anchors, anchor, e->number) * off;
    w->weight[w->count++] = weight_of(e->anchors, anchor, e->number, across_m);
}

static void listen(const hs_evidence *e, double across_m, int32_t numbers, words *w) {
    double reach_m = fmin(e->reach_m, REACH_MOST_M);
    double x = fabs(e->dx) * reach_m + fabs(e->dy) * across_m,
           y = fabs(e->dy) * reach_m + fabs(e->dx) * across_m;
    w->about = e;
    w->across_most_m = across_m;
    w->count = 0;
    hs_anchors_search(e->anchors, e->x_m - x, e->y_m - y, e->x_m + x, e->y_m + y, e->number - numbers,
                      e->number + numbers, hear, w);
}

static void robust_mean(const words *w, double *mean, double *spread) {
    double at = 0, deviation = 0;
    for (int pass = 0; pass < 3; pass++) {
        double sum = 0, weights = 0, squares = 0;
        for (uint32_t i = 0; i < w->count; i++) {
            double off = (w->along_m[i] - at) / ROBUST_M;
            double weight = pass ? w->weight[i] / (1 + off * off) : w->weight[i];
            sum += weight * w->along_m[i];
            squares += weight * (w->along_m[i] - at) * (w->along_m[i] - at);
            weights += weight;
        }
        at = sum / weights;
        deviation = sqrt(squares / weights);
    }
    *mean = at;
    *spread = fmax(deviation, OWN_M);
}

bool hs_evidence_find(const hs_evidence *evidence, double *along_m, double *spread_m) {
    words w;
    listen(evidence, NEAR_M, NEAR_NUMBERS, &w);
    if (w.count < ENOUGH) listen(evidence, FAR_M, FAR_NUMBERS, &w);
    if (w.count == 0) return false;
    robust_mean(&w, along_m, spread_m);
    return true;
}

/* A piece of a line in the plane. */
typedef struct piece {
    double x_m, y_m, dx, dy, length_m;
    uint32_t street;
} piece;

/* Calls visit for the pieces of the group's lines whose rows come near the box (NULL: all), until it says
 * false. */
static void each_piece(const hs_gazetteer *gazetteer, uint32_t group, const hs_box *near,
                       bool (*visit)(void *context, const piece *p), void *context) {
    const hs_streets *streets = &gazetteer->geography->streets;
    for (uint32_t i = gazetteer->street_first[group]; i < gazetteer->street_first[group + 1]; i++) {
        uint32_t row = gazetteer->group_street[i];
        const hs_geometry *lines = &streets->geometry[row];
        if (near && !hs_boxes_meet(near, &streets->box[row])) continue;
        for (uint32_t r = 0; r < lines->ring_count; r++) {
            for (uint32_t k = lines->ring_start[r]; k + 1 < lines->ring_start[r + 1]; k++) {
                double bx, by;
                piece p = {.street = row};
                hs_anchors_plane(&gazetteer->anchors, lines->positions[k], &p.x_m, &p.y_m);
                hs_anchors_plane(&gazetteer->anchors, lines->positions[k + 1], &bx, &by);
                p.length_m = hypot(bx - p.x_m, by - p.y_m);
                if (p.length_m == 0) continue;
                p.dx = (bx - p.x_m) / p.length_m;
                p.dy = (by - p.y_m) / p.length_m;
                if (!visit(context, &p)) return;
            }
        }
    }
}

typedef struct nearest_piece {
    double x_m, y_m, best_m;
    bool found;
    hs_line_hit *hit;
} nearest_piece;

static bool try_piece(void *context, const piece *p) {
    nearest_piece *n = context;
    double along_m = (n->x_m - p->x_m) * p->dx + (n->y_m - p->y_m) * p->dy;
    along_m = along_m < 0 ? 0 : along_m > p->length_m ? p->length_m : along_m;
    double x = p->x_m + along_m * p->dx, y = p->y_m + along_m * p->dy, off_m = hypot(n->x_m - x, n->y_m - y);
    if (off_m >= n->best_m) return true;
    n->best_m = off_m;
    n->found = true;
    *n->hit = (hs_line_hit){x, y, p->dx, p->dy, p->street};
    return true;
}

bool hs_nearest_on_lines(const hs_gazetteer *gazetteer, uint32_t group, double x_m, double y_m, double most_m,
                         hs_line_hit *hit) {
    nearest_piece n = {x_m, y_m, most_m, false, hit};
    hs_box near = HS_BOX_EMPTY;
    hs_box_add(&near, hs_anchors_position(&gazetteer->anchors, x_m - most_m, y_m - most_m));
    hs_box_add(&near, hs_anchors_position(&gazetteer->anchors, x_m + most_m, y_m + most_m));
    each_piece(gazetteer, group, &near, try_piece, &n);
    return n.found;
}

/* Words about places in the plane. */
typedef struct places {
    const hs_gazetteer *gazetteer;
    int32_t number;
    uint32_t pieces, count;
    const piece *at;
    struct place {
        double x_m, y_m, dx, dy, weight;
    } place[ITEMS_MOST];
} places;

static void hear_beside(void *context, const hs_anchor *anchor) {
    places *w = context;
    const piece *p = w->at;
    const hs_anchors *anchors = &w->gazetteer->anchors;
    double turn = anchor->dx * p->dx + anchor->dy * p->dy;
    if (w->count == ITEMS_MOST || fabs(turn) < PARALLEL) return;
    double x = anchor->x_m - p->x_m, y = anchor->y_m - p->y_m;
    double along_m = x * p->dx + y * p->dy, across_m = fabs(y * p->dx - x * p->dy), sign = turn > 0 ? 1 : -1;
    if (along_m < 0 || along_m > p->length_m || across_m > NEAR_M) return;
    along_m += sign * step_for(anchors, anchor, w->number) * ((double)w->number - anchor->number);
    w->place[w->count++] = (struct place){p->x_m + along_m * p->dx, p->y_m + along_m * p->dy, sign * p->dx,
                                          sign * p->dy, weight_of(anchors, anchor, w->number, across_m)};
}

static bool hear_piece(void *context, const piece *p) {
    places *w = context;
    double x = p->x_m + p->dx * p->length_m, y = p->y_m + p->dy * p->length_m;
    w->at = p;
    hs_anchors_search(&w->gazetteer->anchors, fmin(p->x_m, x) - NEAR_M, fmin(p->y_m, y) - NEAR_M,
                      fmax(p->x_m, x) + NEAR_M, fmax(p->y_m, y) + NEAR_M, w->number - NEAR_NUMBERS,
                      w->number + NEAR_NUMBERS, hear_beside, w);
    return ++w->pieces < PIECES_MOST && w->count < ITEMS_MOST;
}

static double weight_about(const places *w, const struct place *middle) {
    double weight = 0;
    for (uint32_t i = 0; i < w->count; i++)
        if (hypot(w->place[i].x_m - middle->x_m, w->place[i].y_m - middle->y_m) < TOGETHER_M)
            weight += w->place[i].weight;
    return weight;
}

bool hs_evidence_on_lines(const hs_gazetteer *gazetteer, uint32_t group, int32_t number, double *x_m,
                          double *y_m, double *dx, double *dy, double *spread_m) {
    places w = {.gazetteer = gazetteer, .number = number};
    each_piece(gazetteer, group, NULL, hear_piece, &w);
    double best = 0;
    const struct place *middle = NULL;
    for (uint32_t i = 0; i < w.count; i++) {
        double weight = weight_about(&w, &w.place[i]);
        if (weight <= best) continue;
        best = weight;
        middle = &w.place[i];
    }
    if (!middle) return false;
    double x = 0, y = 0, weights = 0, squares = 0;
    for (uint32_t i = 0; i < w.count; i++) {
        const struct place *one = &w.place[i];
        double off_m = hypot(one->x_m - middle->x_m, one->y_m - middle->y_m);
        if (off_m >= TOGETHER_M) continue;
        x += one->weight * one->x_m;
        y += one->weight * one->y_m;
        squares += one->weight * off_m * off_m;
        weights += one->weight;
    }
    *x_m = x / weights;
    *y_m = y / weights;
    *dx = middle->dx;
    *dy = middle->dy;
    *spread_m = fmax(sqrt(squares / weights), OWN_M);
    return true;
}
