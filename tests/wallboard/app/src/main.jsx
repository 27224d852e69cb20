// Renders one generated dashboard as of one instant:
//   ?dashboard=wallboard.json&prometheus=http://...&now=1793870640000&var-line=waste
import React from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import '@fontsource/roboto-mono/400.css';
import { ThemeContext, createTheme, dateTime, setTimeZoneResolver } from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { PANELS, prepared, transformed } from './panels';
import { instant, interpolate, query } from './prometheus';

const CELL = 30, GAP = 8, PADDING = 16; // Grafana's grid
const params = new URLSearchParams(location.search);
const theme = createTheme({ colors: { mode: params.get('theme') ?? 'dark' } });

async function frames(panel, range, variables, width) {
  const found = await Promise.all(
    (panel.targets ?? []).map((target) =>
      query(params.get('prometheus'), panel, target, range, variables, width)
    )
  );
  return transformed(panel, found.flat());
}

function Chrome({ panel, place, children }) {
  return (
    <section data-panel={panel.id} data-title={panel.title}
      style={{ position: 'absolute', left: place.x, top: place.y, width: place.width, height: place.height }}>
      <PanelChrome title={panel.title} description={panel.description} width={place.width} height={place.height}>
        {(width, height) => children(width, height)}
      </PanelChrome>
    </section>
  );
}

function Dashboard({ dashboard, data, range, variables, width }) {
  const column = (width - 2 * PADDING + GAP) / 24;
  const timeZone = dashboard.timezone;
  const timeRange = { from: dateTime(range.from), to: dateTime(range.to), raw: { from: 'now', to: 'now' } };
  let bottom = 0;
  const shown = dashboard.panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos;
    const place = {
      x: PADDING + x * column,
      y: PADDING + y * (CELL + GAP),
      width: w * column - GAP,
      height: h * (CELL + GAP) - GAP,
    };
    bottom = Math.max(bottom, place.y + place.height + PADDING);
    if (panel.type === 'row') {
      return (
        <h2 key={panel.id} style={{ position: 'absolute', left: place.x, top: place.y, margin: 0, fontSize: 16, lineHeight: '30px', fontWeight: 500 }}>
          {panel.title}
        </h2>
      );
    }
    const Panel = PANELS[panel.type];
    if (!Panel) throw new Error(`no panel for ${panel.type}`);
    const titled = { ...panel, title: interpolate(panel.title ?? '', variables) };
    return (
      <Chrome key={panel.id} panel={titled} place={place}>
        {(width, height) => (
          <Panel panel={panel} width={width} height={height} timeZone={timeZone} range={timeRange}
            variables={variables} data={prepared(panel, data[panel.id], theme, timeZone, variables)} />
        )}
      </Chrome>
    );
  });
  return <div style={{ position: 'relative', width, height: bottom }}>{shown}</div>;
}

let problem = null;
window.addEventListener('error', (event) => {
  if (!event.message.includes('ResizeObserver')) problem = event.error?.stack ?? event.message;
});

async function main() {
  const dashboard = await (await fetch(params.get('dashboard'))).json();
  setTimeZoneResolver(() => dashboard.timezone);
  const now = Number(params.get('now'));
  const range = { from: instant(params.get('from') ?? dashboard.time.from, now), to: instant(dashboard.time.to, now) };
  const variables = { datasource: 'reachline-prometheus' };
  for (const [name, value] of params) if (name.startsWith('var-')) variables[name.slice(4)] = value;
  const width = document.documentElement.clientWidth;
  const data = {};
  await Promise.all(
    dashboard.panels.map(async (panel) => {
      data[panel.id] = await frames(panel, range, variables, width);
    })
  );
  await document.fonts.load('500 20px Inter');
  await document.fonts.load('400 20px Inter');
  createRoot(document.getElementById('root')).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Dashboard {...{ dashboard, data, range, variables, width }} />
    </ThemeContext.Provider>
  );
  await new Promise((done) => setTimeout(done, 300));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  document.documentElement.dataset.ready = problem ? `failed: ${problem}` : 'yes';
}

main().catch((error) => {
  document.documentElement.dataset.ready = `failed: ${error.stack}`;
});
