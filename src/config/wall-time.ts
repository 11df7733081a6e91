/**
 * Wall-clock time of an IANA zone and back, by the machine's own zone tables (Intl). A wall time is kept as the number
 * `Date.UTC` gives for its digits, so that arithmetic on it knows no summer time.
 */

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

/** The digits a clock in `zone` shows at `instant` (milliseconds since the epoch), to the second. */
export function wallAt(zone: string, instant: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatFor(zone).formatToParts(instant)) {
    parts[type] = Number(value);
  }
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The first instant after `after` at which a clock in `zone` shows `wall`, or has jumped past it. So an hour that summer
 * time skips begins with the jump, and one that comes twice begins the first time, if that is still ahead.
 */
export function instantOf(zone: string, wall: number, after: number): number {
  const offsets = [-DAY_MS, DAY_MS].map((days) => wallAt(zone, wall + days) - (wall + days));
  const candidates = offsets.map((offset) => wall - offset).sort((a, b) => a - b);
  const exact = candidates.find((instant) => instant > after && wallAt(zone, instant) === wall);
  if (exact !== undefined) {
    return exact;
  }
  let [before, reached] = [candidates[0] ?? wall, candidates.at(-1) ?? wall];
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (wallAt(zone, middle) >= wall) {
      reached = middle;
    } else {
      before = middle;
    }
  }
  return reached;
}

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}))?$/u;

/**
 * "2026-11-23 22:30" as a clock of that zone shows it, in milliseconds since the epoch; of a date alone its beginning. Null where it is
 * neither, or no day of the calendar.
 */
export function readMoment(zone: string, text: string): number | null {
  const [, year, month, day, hour = "00", minute = "00"] = WRITTEN.exec(text.trim()) ?? [];
  const wall = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  // 30 February is read as a day of March.
  if (Number.isNaN(wall) || new Date(wall).getUTCDate() !== Number(day)) return null;
  return instantOf(zone, wall, wall - 2 * DAY_MS);
}
