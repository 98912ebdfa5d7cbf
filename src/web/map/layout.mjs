// The Map page's frame, filled with words by translate().

const FRAME = `
<aside id="panel" data-i18n-label="panel.title">
  <div id="search" role="search"></div>
  <form id="controls" autocomplete="off">
    <section id="layers" data-i18n-label="layers.title"></section>
    <details class="folding" id="density">
      <summary data-i18n="density.title"></summary>
      <div class="stack">
        <label class="field">
          <span data-i18n="measure.title"></span>
          <select name="measure"></select>
        </label>
        <div class="pair">
          <label class="field">
            <span data-i18n="density.kernel"></span>
            <select name="kernel"></select>
          </label>
          <label class="field">
            <span data-i18n="density.bandwidth"></span>
            <input type="number" name="bandwidth-m" min="10" max="20000" step="any" inputmode="decimal">
          </label>
        </div>
        <div class="field">
          <button type="button" id="suggest" class="link" aria-controls="suggestions" data-i18n="bandwidth.suggest"></button>
          <ul id="suggestions" aria-live="polite" hidden></ul>
        </div>
        <label class="field">
          <span data-i18n="density.minN"></span>
          <input type="number" name="min-n" min="0" max="1000000" step="any" inputmode="decimal">
        </label>
        <div class="chips" id="density-switches"></div>
      </div>
    </details>
    <footer id="about"></footer>
  </form>
  <div id="legend-place"></div>
</aside>
<div id="stage">
  <div id="maps">
    <div id="map"></div>
    <div id="map-other" hidden></div>
    <div id="panels" hidden></div>
    <div id="period-names" hidden><span></span><span></span></div>
    <input type="range" id="swipe" min="0" max="100" value="50" step="1" hidden data-i18n-label="compare.swipe">
    <span id="crosshair" aria-hidden="true"></span>
    <div id="bar">
      <button type="button" id="show-panel" class="tool floating" aria-controls="panel"></button>
      <div id="views" class="segments floating" role="group" data-i18n-label="compare.title"></div>
      <select name="panels" id="panels-by" class="floating" hidden data-i18n-label="panels.by"></select>
      <div id="tools" class="floating"></div>
    </div>
    <section id="legend" aria-live="polite" data-i18n-label="legend.title" hidden></section>
    <section id="empty" hidden></section>
  </div>
  <section id="time" data-i18n-label="time.histogram">
    <form id="time-form" autocomplete="off">
      <output id="time-text" aria-live="off"></output>
      <select name="time-step" data-i18n-label="time.perLabel"></select>
      <span class="gap"></span>
      <button type="button" id="time-back" class="quiet"><span class="arrow back" aria-hidden="true"></span></button>
      <input type="date" name="time-from" data-i18n-label="filters.from">
      <span aria-hidden="true">–</span>
      <input type="date" name="time-to" data-i18n-label="filters.to">
      <button type="button" id="time-on" class="quiet"><span class="arrow" aria-hidden="true"></span></button>
      <button type="button" id="time-all" class="quiet" data-i18n="filters.all"></button>
    </form>
    <form id="moving" autocomplete="off">
      <label class="chip check"><input type="checkbox" name="moving"><span data-i18n="time.title"></span></label>
      <div id="timeline" hidden>
        <button type="button" id="play" class="chip"></button>
        <button type="button" id="now" class="chip" data-i18n="time.now"></button>
        <input type="range" name="moment" data-i18n-label="time.moment">
        <output id="moment-text" aria-live="off"></output>
        <select name="step" data-i18n-label="time.step"></select>
        <select name="time-width" data-i18n-label="time.widthLabel"></select>
      </div>
    </form>
    <div id="bars"></div>
  </section>
</div>
<aside id="dock" data-i18n-label="dock.title" hidden></aside>
`;

export function layOut(root) {
  root.innerHTML = FRAME;
}
