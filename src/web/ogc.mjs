// The map of an OGC page: the features that the page lists, or the box of a collection, over the city's own tiles.

const place = document.getElementById('map');

/** The box of a GeoJSON object's coordinates: [west, south, east, north], or null. */
function boxOf(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = c => {
    if (typeof c[0] === 'number') {
      box[0] = Math.min(box[0], c[0]);
      box[1] = Math.min(box[1], c[1]);
      box[2] = Math.max(box[2], c[0]);
      box[3] = Math.max(box[3], c[1]);
    } else {
      c.forEach(visit);
    }
  };
  for (const feature of features) if (feature.geometry) visit(feature.geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}

const frame = ([w, s, e, n]) => ({type: 'LineString', coordinates: [[w, s], [e, s], [e, n], [w, n], [w, s]]});

/** What is drawn: the page's features in degrees, whatever system the page is in. */
async function read() {
  if (!place.dataset.items) {
    const box = JSON.parse(place.dataset.bounds);
    return [{type: 'Feature', properties: {}, geometry: frame(box)}];
  }
  const url = new URL(place.dataset.items);
  url.searchParams.delete('crs');
  const reply = await fetch(url.pathname + url.search); // of this server, by whatever name it was reached
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
  const answer = await reply.json();
  return answer.features ?? [answer];
}

function layers() {
  const colour = '#c2410c';
  return [
    {id: 'areas', type: 'fill', source: 'items', filter: ['==', ['geometry-type'], 'Polygon'],
      paint: {'fill-color': colour, 'fill-opacity': 0.15}},
    {id: 'lines', type: 'line', source: 'items', filter: ['!=', ['geometry-type'], 'Point'],
      paint: {'line-color': colour, 'line-width': 1.5}},
    {id: 'points', type: 'circle', source: 'items', filter: ['==', ['geometry-type'], 'Point'],
      paint: {'circle-color': colour, 'circle-radius': 4, 'circle-stroke-color': '#fff', 'circle-stroke-width': 1}},
  ];
}

async function show() {
  const features = await read();
  const box = boxOf(features);
  if (!box) {
    place.remove();
    return;
  }
  const maplibregl = await import('/vendor/maplibre-gl/dist/maplibre-gl.mjs');
  maplibregl.setWorkerUrl('/vendor/maplibre-gl/dist/maplibre-gl-worker.mjs');
  const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const style = await (await fetch(`/styles/${theme}`)).json();
  style.sources.items = {type: 'geojson', data: {type: 'FeatureCollection', features}};
  style.layers.push(...layers());
  const map = new maplibregl.Map({container: place, style, bounds: box, fitBoundsOptions: {padding: 30, maxZoom: 16},
    attributionControl: false, dragRotate: false, maxPitch: 0});
  map.addControl(new maplibregl.NavigationControl({showCompass: false}), 'top-right');
  map.once('idle', () => document.documentElement.toggleAttribute('data-ready', true));
}

// Where there is no WebGL the page has its table, and no empty frame.
if (place) show().catch(error => {
  console.warn(error);
  place.remove();
});
