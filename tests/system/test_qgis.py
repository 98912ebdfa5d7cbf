"""Headless QGIS as its users have it: the features of a collection with filter and extent, WMS, WMTS, and vector tiles
with the style converted from MapLibre's; what it draws is not blank. Skipped where QGIS is not installed."""
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
folder = tempfile.mkdtemp()
os.environ["XDG_RUNTIME_DIR"] = os.environ["QGIS_CUSTOM_CONFIG_PATH"] = folder
os.chmod(folder, 0o700)
try:
    from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFeatureRequest,
                           QgsMapBoxGlStyleConverter, QgsMapBoxGlStyleConversionContext, QgsMapRendererParallelJob, QgsMapSettings,
                           QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer, QgsVectorTileLayer)
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor
except ImportError:
    shutil.rmtree(folder)
    raise SystemExit(77)

HOTSPOTD = os.environ["HOTSPOTD"]
BOX = (102.58, 39.31, 102.64, 39.36)


def fetch(path):
    with urllib.request.urlopen(BASE + path) as reply:
        return json.load(reply)


def draw(layer, code="EPSG:3857"):
    """Colours of a picture of the city, how many pixels are not of the ground, and the errors while it was drawn."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(code))
    to = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), settings.destinationCrs(), QgsProject.instance())
    settings.setExtent(to.transformBoundingBox(QgsRectangle(*BOX)))
    settings.setOutputSize(QSize(400, 400))
    settings.setBackgroundColor(QColor(255, 0, 255))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    keep = os.environ.get("KEEP_PICTURES")
    if keep:
        image.save(os.path.join(keep, f"qgis-{layer.name()}.png"))
    pixels = [image.pixel(x, y) & 0xFFFFFF for x in range(0, 400, 2) for y in range(0, 400, 2)]
    drawn = sum(p != 0xFF00FF for p in pixels) / len(pixels)
    return drawn, set(pixels), [e.message for e in job.errors()]


def check_features():
    for name, least in (("incidents", 100), ("zones", 10), ("streets", 20), ("units", 20)):
        layer = QgsVectorLayer(f"url='{BASE}/ogc' typename='{name}' pageSize='500'", name, "OAPIF")
        assert layer.isValid(), (name, layer.error().message())
        matched = fetch(f"/ogc/collections/{name}/items?limit=1")["numberMatched"]
        assert len(list(layer.getFeatures())) == matched >= least, name
        assert {f.name() for f in layer.fields()} >= set(fetch(f"/ogc/collections/{name}/items?limit=1")["features"][0]["properties"]) - {"id"}
        drawn, colours, errors = draw(layer)
        assert 0.001 < drawn < 0.99 and not errors, (name, drawn, errors)
    box = QgsRectangle(102.6, 39.33, 102.62, 39.35)
    layer = QgsVectorLayer(f"url='{BASE}/ogc' typename='incidents' restrictToRequestBBOX='1'", "incidents", "OAPIF")
    inside = [f for f in layer.getFeatures(QgsFeatureRequest().setFilterRect(box))]
    assert len(inside) == fetch("/ogc/collections/incidents/items?limit=1&bbox=102.6,39.33,102.62,39.35")["numberMatched"] > 0


def check_rasters():
    wms = QgsRasterLayer(f"crs=EPSG:3857&format=image/png&layers=density&styles=default&url={BASE}/wms?", "wms", "wms")
    wmts = QgsRasterLayer(f"crs=EPSG:3857&format=image/png&layers=density&styles=default&tileMatrixSet=WebMercatorQuad"
                          f"&url={BASE}/wmts?SERVICE%3DWMTS%26REQUEST%3DGetCapabilities", "wmts", "wms")
    xyz = QgsRasterLayer(f"type=xyz&zmin=0&zmax=18&url={BASE}/ogc/collections/incidents/map/tiles/WebMercatorQuad/"
                         "%7Bz%7D/%7By%7D/%7Bx%7D", "xyz", "wms")
    for layer in (wms, wmts, xyz):
        assert layer.isValid(), (layer.name(), layer.error().message())
        drawn, colours, errors = draw(layer)
        assert 0.15 < drawn < 0.95 and len(colours) > 4 and not errors, (layer.name(), drawn, len(colours), errors)
    drawn, colours, errors = draw(wms, "EPSG:32648")
    assert 0.15 < drawn < 0.95 and not errors


def check_vector_tiles():
    for name, template in (("base", "/tiles/base/{z}/{x}/{y}.mvt"), ("ogc", "/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt"),
                           ("zones", "/ogc/collections/zones/tiles/WebMercatorQuad/{z}/{y}/{x}")):
        url = (BASE + template).replace("?", "%3F").replace("=", "%3D")
        layer = QgsVectorTileLayer(f"type=xyz&url={url}&zmin=0&zmax=16", name)
        assert layer.isValid(), name
        for style in ("light", "dark") if name != "zones" else ("light",):
            converter = QgsMapBoxGlStyleConverter()
            context = QgsMapBoxGlStyleConversionContext()
            outcome = converter.convert(fetch(f"/ogc/styles/{style}"), context)
            assert outcome == QgsMapBoxGlStyleConverter.Success, converter.errorMessage()
            assert converter.warnings() == [], (style, converter.warnings())
            layer.setRenderer(converter.renderer())
            layer.setLabeling(converter.labeling())
            drawn, colours, errors = draw(layer)
            assert (0.002 if name == "zones" else 0.2) < drawn and len(colours) > 2 and not errors, (name, style, drawn, errors)


try:
    store = os.path.join(folder, "city.gpkg")
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "2000", "--seed", "1"], capture_output=True)
    assert made.returncode == 0, made.stderr
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)
    try:
        BASE = "http://127.0.0.1:" + server.stdout.readline().rsplit(":", 1)[1].split("/")[0].strip()
        while True:
            try:
                urllib.request.urlopen(BASE + "/readyz").close()
                break
            except urllib.error.HTTPError:
                time.sleep(0.2)
        application = QgsApplication([], False)
        application.initQgis()
        check_features()
        check_rasters()
        check_vector_tiles()
        application.exitQgis()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder, ignore_errors=True)
print("ok", flush=True)
os._exit(0)  # QGIS takes long to let its threads go
