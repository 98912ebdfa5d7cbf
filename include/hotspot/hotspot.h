/* libhotspot: density, statistics, geocoding, coordinates and geography for programs that embed them. Include
 * this, or the headers one by one. */
#ifndef HOTSPOT_HOTSPOT_H
#define HOTSPOT_HOTSPOT_H

#include <hotspot/adaptive_bandwidth.h>
#include <hotspot/bandwidth.h>
#include <hotspot/circular_statistics.h>
#include <hotspot/coordinates.h>
#include <hotspot/density.h>
#include <hotspot/density_interval.h>
#include <hotspot/edge_correction.h>
#include <hotspot/emerging.h>
#include <hotspot/error.h>
#include <hotspot/focus.h>
#include <hotspot/forecast.h>
#include <hotspot/forecast_scores.h>
#include <hotspot/geocode.h>
#include <hotspot/geography.h>
#include <hotspot/geometry.h>
#include <hotspot/kernel.h>
#include <hotspot/labelling.h>
#include <hotspot/multiple_testing.h>
#include <hotspot/near_repeat.h>
#include <hotspot/network_density.h>
#include <hotspot/point_clusters.h>
#include <hotspot/point_pattern.h>
#include <hotspot/progress.h>
#include <hotspot/raster_density.h>
#include <hotspot/rate_ratio.h>
#include <hotspot/rates.h>
#include <hotspot/records.h>
#include <hotspot/relative_risk.h>
#include <hotspot/scan_statistic.h>
#include <hotspot/spatial_statistics.h>
#include <hotspot/spatial_weights.h>
#include <hotspot/street_points.h>
#include <hotspot/time_kernel.h>
#include <hotspot/trend.h>
#include <hotspot/types.h>
#include <hotspot/weekly_hours.h>

#endif
