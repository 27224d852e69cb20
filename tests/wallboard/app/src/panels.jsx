// Panels out of Grafana's own components. The panel plugins themselves are not on npm: what they do
// around these components is done again here, as little of it as the dashboards use.
import React from 'react';
import {
  Registry,
  applyFieldOverrides,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import {
  BigValue,
  BigValueTextMode,
  Table,
  TimeSeries,
  VizRepeater,
  useTheme2,
} from '@grafana/ui';
import { interpolate } from './prometheus';

standardTransformersRegistry.setInit(() =>
  // joinByField is there twice, under an old name too.
  [...new Map(Object.values(standardTransformers).map((t) => [t.id, t])).values()].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    transformation: async () => transformation,
  }))
);

const STANDARD = [
  'unit', 'decimals', 'color', 'displayName', 'mappings', 'noValue', 'min', 'max', 'thresholds',
  'links', 'description', 'filterable',
];
const CUSTOM = [
  'drawStyle', 'lineWidth', 'fillOpacity', 'lineStyle', 'lineInterpolation', 'stacking', 'showPoints',
  'spanNulls', 'axisPlacement', 'axisLabel', 'barAlignment', 'hideFrom', 'thresholdsStyle', 'width',
  'align', 'cellOptions', 'hidden', 'minWidth', 'fillBelowTo', 'gradientMode', 'pointSize',
  'axisColorMode', 'axisBorderShow', 'axisCenteredZero', 'barMaxWidth', 'barWidthFactor',
  'scaleDistribution', 'axisSoftMin', 'axisSoftMax', 'insertNulls', 'inspect',
];
const item = (id, path, isCustom) => ({
  id, path, name: id, isCustom, process: (value) => value, shouldApply: () => true, settings: {},
});
const registry = new Registry(() => [
  ...STANDARD.map((id) => item(id, id, false)),
  ...CUSTOM.map((id) => item(`custom.${id}`, id, true)),
]);

export async function transformed(panel, frames) {
  if (!panel.transformations?.length) return frames;
  return lastValueFrom(transformDataFrame(panel.transformations, frames));
}

export function prepared(panel, frames, theme, timeZone, variables) {
  return applyFieldOverrides({
    data: frames,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: registry,
    replaceVariables: (text) => interpolate(text, variables),
    theme,
    timeZone,
  });
}

export function Stat({ panel, data, width, height, timeZone }) {
  const theme = useTheme2();
  const { options } = panel;
  const values = () =>
    getFieldDisplayValues({
      fieldConfig: panel.fieldConfig,
      reduceOptions: options.reduceOptions,
      replaceVariables: (text) => text,
      theme,
      data,
      sparkline: false,
      timeZone,
    });
  const textMode =
    options.textMode === 'auto' && values().length === 1 ? BigValueTextMode.Value : options.textMode;
  const render = ({ value, width, height, alignmentFactors, count }) => (
    <BigValue
      value={value.display}
      count={count}
      alignmentFactors={alignmentFactors}
      colorMode={options.colorMode}
      graphMode={options.graphMode}
      justifyMode={options.justifyMode}
      textMode={textMode}
      width={width}
      height={height}
      theme={theme}
      text={options.text}
      disableWideLayout={!options.wideLayout}
    />
  );
  return (
    <VizRepeater
      getValues={values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={render}
      width={width}
      height={height}
      source={data}
      itemSpacing={3}
      renderCounter={0}
      autoGrid={true}
      orientation={options.orientation}
    />
  );
}

export function Graph({ panel, data, width, height, timeZone, range }) {
  const frames = data.filter((frame) => frame.length);
  if (!frames.length) return <Nothing panel={panel} />;
  return (
    <TimeSeries
      frames={frames}
      structureRev={1}
      width={width}
      height={height}
      timeRange={range}
      timeZone={timeZone}
      legend={panel.options.legend}
      options={panel.options}
    />
  );
}

export function Rows({ panel, data, width, height, timeZone }) {
  const frame = data.find((frame) => frame.length);
  if (!frame) return <Nothing panel={panel} />;
  return (
    <Table
      data={frame}
      width={width}
      height={height}
      timeZone={timeZone}
      showTypeIcons={false}
      initialSortBy={panel.options.sortBy}
    />
  );
}

export function Nothing({ panel }) {
  return (
    <div style={{ display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center' }}>
      {panel.fieldConfig?.defaults?.noValue ?? 'No data'}
    </div>
  );
}

const LOW = [24, 38, 54];
const HIGH = [245, 194, 66];
const mix = (share) =>
  `rgb(${LOW.map((low, index) => Math.round(low + (HIGH[index] - low) * share)).join(',')})`;

export function HeatMap({ panel, data, width, height, timeZone, range }) {
  // Buckets told as "le" series, cumulative: what Grafana's heat map makes of them, on a canvas.
  const canvas = React.useRef(null);
  const theme = useTheme2();
  const frames = data
    .filter((frame) => frame.length)
    .map((frame) => ({ bound: Number(frame.fields[1].labels.le.replace('+Inf', 'Infinity')), frame }))
    .sort((a, b) => a.bound - b.bound);
  React.useEffect(() => {
    if (!canvas.current || !frames.length) return;
    const scale = window.devicePixelRatio;
    const pen = canvas.current.getContext('2d');
    pen.scale(scale, scale);
    const left = 70, bottom = 24, top = 6;
    const inner = { width: width - left - 10, height: height - bottom - top };
    const step = frames[0].frame.fields[0].config.interval;
    const x = (at) => left + (inner.width * (at - range.from.valueOf())) / (range.to.valueOf() - range.from.valueOf());
    const tall = inner.height / frames.length;
    const columns = new Map();
    frames.forEach(({ frame }, row) =>
      frame.fields[0].values.forEach((at, index) => {
        const column = columns.get(at) ?? [];
        column[row] = frame.fields[1].values[index] ?? 0;
        columns.set(at, column);
      })
    );
    let most = 1;
    for (const column of columns.values())
      column.forEach((value, row) => (most = Math.max(most, value - (column[row - 1] ?? 0))));
    pen.font = `12px ${theme.typography.fontFamily}`;
    for (const [at, column] of columns)
      column.forEach((value, row) => {
        const count = value - (column[row - 1] ?? 0);
        if (count <= 0) return;
        pen.fillStyle = mix(0.15 + 0.85 * Math.sqrt(count / most));
        pen.fillRect(x(at - step) + 1, top + inner.height - (row + 1) * tall + 1, x(at) - x(at - step) - 2, tall - 2);
      });
    pen.fillStyle = theme.colors.text.secondary;
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    frames.forEach(({ bound }, row) =>
      pen.fillText(
        bound === Infinity ? 'longer' : bound < 120 ? `${bound} s` : `${bound / 60} min`,
        left - 8,
        top + inner.height - (row + 0.5) * tall
      )
    );
    pen.textAlign = 'center';
    const hour = 36e5;
    for (let at = Math.ceil(range.from.valueOf() / hour) * hour; at <= range.to.valueOf(); at += hour) {
      const text = new Intl.DateTimeFormat('nl-BE', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
      pen.fillText(text, x(at), height - 10);
    }
  });
  if (!frames.length) return <Nothing panel={panel} />;
  const scale = window.devicePixelRatio;
  return <canvas ref={canvas} width={width * scale} height={height * scale} style={{ width, height }} />;
}

export const PANELS = { stat: Stat, timeseries: Graph, table: Rows, heatmap: HeatMap };
