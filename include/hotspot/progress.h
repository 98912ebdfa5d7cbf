/* How far long work is, and whether it should go on. */
#ifndef HOTSPOT_PROGRESS_H
#define HOTSPOT_PROGRESS_H

#include <hotspot/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of one piece of work. `tell` is called now and then on any of the work's threads: `share` is what is done
 * of the work, in [0, 1], told by one thread at a time and never less than before; below 0 it is only asked
 * whether to go on, on several threads at once. False ends the work with HS_E_CANCELLED. NULL: nobody looks,
 * and the work goes on. It must return soon, as the work waits for it meanwhile. */
typedef struct hs_progress {
    bool (*tell)(const void *context, double share);
    const void *context;
} hs_progress;

#ifdef __cplusplus
}
#endif
#endif
