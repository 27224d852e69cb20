// Queries as Grafana's Prometheus data source makes them: one frame per series, named by the legend.
import { FieldType, createDataFrame } from '@grafana/data';

const DURATION = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

export function duration(text) {
  const [, count, unit] = /^(\d+)(ms|[smhdw])$/.exec(text);
  return Number(count) * DURATION[unit];
}

export function instant(text, now) {
  if (text === 'now/M') {
    const date = new Date(now);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  }
  const found = /^now(?:-(\d+[smhdw]))?$/.exec(text);
  return now - (found[1] ? duration(found[1]) : 0);
}

const STEPS = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400];

export function interpolate(text, variables) {
  return text.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (all, braced, bare) => {
    const name = braced ?? bare;
    return name in variables ? variables[name] : all;
  });
}

async function ask(base, path, params) {
  const response = await fetch(`${base}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(params),
  });
  const answer = await response.json();
  if (answer.status !== 'success') throw new Error(`${answer.error} in ${params.query}`);
  return answer.data.result;
}

function legend(format, labels) {
  if (!format || format === '__auto') {
    const { __name__: name, ...rest } = labels;
    const inside = Object.entries(rest).map(([k, v]) => `${k}="${v}"`).join(', ');
    return Object.keys(rest).length === 1 ? Object.values(rest)[0] : `${name ?? ''}{${inside}}`;
  }
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '');
}

function number(text) {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

function table(target, series, at) {
  const names = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: series.map(() => at) },
      ...names.map((name) => ({
        name,
        type: FieldType.string,
        values: series.map(({ metric }) => metric[name] ?? ''),
      })),
      { name: `Value #${target.refId}`, type: FieldType.number, values: series.map((s) => number(s.value[1])) },
    ],
  });
}

export async function query(base, panel, target, range, variables, width) {
  const span = range.to - range.from;
  const least = panel.interval ? duration(panel.interval) / 1000 : 15;
  const points = panel.maxDataPoints ?? width;
  const step = STEPS.find((s) => s >= least && span / 1000 / s <= points) ?? 86400;
  const expr = interpolate(target.expr, {
    ...variables,
    __interval: `${step}s`,
    __rate_interval: `${Math.max(4 * 15, step + 15)}s`,
    __range: `${Math.round(span / 1000)}s`,
  });
  if (target.instant) {
    const series = await ask(base, 'query', { query: expr, time: range.to / 1000 });
    if (target.format === 'table') return [table(target, series, range.to)];
    return series.map(({ metric, value }) =>
      frame(target, metric, [value], range.to)
    );
  }
  const series = await ask(base, 'query_range', {
    query: expr,
    start: Math.floor(range.from / 1000 / step) * step,
    end: range.to / 1000,
    step,
  });
  return series.map(({ metric, values }) => frame(target, metric, values, null, step));
}

function frame(target, metric, values, at, step) {
  // Points that the range lacks are gaps, as in Grafana: nothing is drawn across silence.
  const times = [];
  const numbers = [];
  let last = null;
  for (const [seconds, text] of values) {
    if (step && last !== null && seconds - last > step * 1.5) {
      times.push((last + step) * 1000);
      numbers.push(null);
    }
    times.push(at ?? seconds * 1000);
    numbers.push(number(text));
    last = seconds;
  }
  const name = legend(target.legendFormat, metric);
  const { __name__, ...labels } = metric;
  return createDataFrame({
    refId: target.refId,
    name,
    meta: { type: step ? 'timeseries-multi' : 'numeric-multi' },
    fields: [
      { name: 'Time', type: FieldType.time, values: times, config: step ? { interval: step * 1000 } : {} },
      { name: 'Value', type: FieldType.number, values: numbers, labels, config: { displayNameFromDS: name } },
    ],
  });
}
