/** The looks of a soak as a picture (SVG): one small plot for each thing watched, over the same hours. Pure. */
import { type Sample, WATCHES } from "./growth.ts";

interface Plot {
  readonly title: string;
  readonly of: (sample: Sample) => number;
  /** What a value is divided by to be shown. */
  readonly scale: number;
}

const WIDTH = 720;
const HEIGHT = 96;
const [LEFT, RIGHT, TOP, BOTTOM] = [72, 16, 24, 18];

const PLOTS: readonly Plot[] = [
  ...WATCHES.map(({ name, unit, of }): Plot => {
    const isBytes = unit === "bytes";
    return { title: `${name} (${isBytes ? "MB" : unit})`, of, scale: isBytes ? 1_000_000 : 1 };
  }),
  { title: "write-ahead log (MB)", of: ({ log }) => log, scale: 1_000_000 },
  { title: "half of the messages took at most (ms)", of: ({ p50 }) => p50, scale: 1 },
  { title: "99 of 100 messages took at most (ms)", of: ({ p99 }) => p99, scale: 1 },
];

/** Each plot begins at 0, so a line that looks level is. */
export function svgOf(samples: readonly Sample[]): string {
  const height = PLOTS.length * (HEIGHT + TOP + BOTTOM);
  const most = Math.max(1, ...samples.map(({ seconds }) => seconds));
  const plots = PLOTS.map((plot, index) => plotted(plot, samples, most, index * (HEIGHT + TOP + BOTTOM)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    "<title>What was watched of the daemon, over the time of the soak</title>",
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...plots,
    "</svg>",
    "",
  ].join("\n");
}

function plotted({ title, of, scale }: Plot, samples: readonly Sample[], mostSeconds: number, top: number): string {
  const values = samples.map((sample) => of(sample) / scale);
  const most = Math.max(1e-9, ...values);
  const x = (seconds: number): string => (LEFT + (seconds / mostSeconds) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => (top + TOP + HEIGHT - (value / most) * HEIGHT).toFixed(1);
  const points = samples.map(({ seconds }, index) => `${x(seconds)},${y(values[index] ?? 0)}`).join(" ");
  const [floor, ceiling] = [y(0), y(most)];
  return [
    `<text x="${LEFT}" y="${top + TOP - 8}" fill="#222222">${title}</text>`,
    `<path d="M${x(0)} ${ceiling}V${floor}H${x(mostSeconds)}" fill="none" stroke="#999999"/>`,
    `<text x="${LEFT - 6}" y="${ceiling}" dy="4" text-anchor="end" fill="#555555">${shown(most)}</text>`,
    `<text x="${LEFT - 6}" y="${floor}" dy="4" text-anchor="end" fill="#555555">0</text>`,
    `<text x="${WIDTH - RIGHT}" y="${floor}" dy="14" text-anchor="end" fill="#555555">${Math.round(mostSeconds / 60)} min</text>`,
    `<polyline points="${points}" fill="none" stroke="#0b5cad" stroke-width="1.5"/>`,
  ].join("\n");
}

function shown(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
