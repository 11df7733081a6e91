import { expect } from "chai";
import type { Clock } from "../../src/adapter.ts";
import {
  type HoursEvent,
  type HoursRules,
  hoursAt,
  hoursBetween,
  hoursFault,
  LOOK_AGAIN_MS,
  watchHours,
} from "../../src/config/hours.ts";
import { instantOf, readMoment, wallAt } from "../../src/config/wall-time.ts";
import { compile, edited, shipped } from "./config-support.ts";

/** The shipped rules with these hours for every queue. */
function rulesWith(hours: string, timeZone = "Europe/Berlin"): HoursRules {
  const texts = edited("routing.yaml", "timeZone: Europe/Berlin", `timeZone: ${timeZone}`, shipped());
  const { rules } = compile(
    edited("routing.yaml", '# hours: "Mo-Fr 08:00-18:00; Dec 24-26 off; Jan 1 off"', `hours: '${hours}'`, texts),
  );
  if (rules === null) {
    throw new Error(`${hours} in ${timeZone} has errors.`);
  }
  return rules;
}

function at(text: string): number {
  return Date.parse(text);
}

interface Case {
  readonly what: string;
  readonly hours: string;
  readonly zone?: string;
  readonly now: string;
  readonly open: boolean;
  readonly next: string | null;
}

const OFFICE = "Mo-Fr 08:00-18:00";
const CASES: readonly Case[] = [
  {
    what: "a summer morning before eight",
    hours: OFFICE,
    now: "2026-07-01T05:59:00Z",
    open: false,
    next: "2026-07-01T06:00:00Z",
  },
  {
    what: "the very minute of opening",
    hours: OFFICE,
    now: "2026-07-01T06:00:00Z",
    open: true,
    next: "2026-07-01T16:00:00Z",
  },
  {
    what: "the very minute of closing",
    hours: OFFICE,
    now: "2026-07-01T16:00:00Z",
    open: false,
    next: "2026-07-02T06:00:00Z",
  },
  {
    what: "a weekend over which summer time begins",
    hours: OFFICE,
    now: "2026-03-28T12:00:00Z",
    open: false,
    next: "2026-03-30T06:00:00Z",
  },
  {
    what: "a weekend over which summer time ends",
    hours: OFFICE,
    now: "2026-10-24T12:00:00Z",
    open: false,
    next: "2026-10-26T07:00:00Z",
  },
  {
    what: "a night shift through the skipped hour is an hour short",
    hours: "Mo-Su 22:00-06:00",
    now: "2026-03-28T22:00:00Z",
    open: true,
    next: "2026-03-29T04:00:00Z",
  },
  {
    what: "a night shift through the hour that comes twice is an hour long",
    hours: "Mo-Su 22:00-06:00",
    now: "2026-10-24T21:00:00Z",
    open: true,
    next: "2026-10-25T05:00:00Z",
  },
  {
    what: "an opening within the skipped hour happens with the jump",
    hours: "Mo-Su 02:30-05:00",
    now: "2026-03-29T00:30:00Z",
    open: false,
    next: "2026-03-29T01:00:00Z",
  },
  {
    what: "an opening within the hour that comes twice happens the first time",
    hours: "Mo-Su 02:30-05:00",
    now: "2026-10-25T00:15:00Z",
    open: false,
    next: "2026-10-25T00:30:00Z",
  },
  {
    what: "an opening within the hour that comes twice, seen from its second half, is still ahead",
    hours: "Mo-Su 02:30-05:00",
    now: "2026-10-25T01:15:00Z",
    open: false,
    next: "2026-10-25T01:30:00Z",
  },
  {
    what: "a zone of half an hour",
    hours: OFFICE,
    zone: "Asia/Kolkata",
    now: "2026-07-01T02:29:00Z",
    open: false,
    next: "2026-07-01T02:30:00Z",
  },
  {
    what: "a zone beyond the date line",
    hours: OFFICE,
    zone: "Pacific/Kiritimati",
    now: "2026-06-28T18:00:00Z",
    open: true,
    next: "2026-06-29T04:00:00Z",
  },
  {
    what: "a zone whose summer is in January",
    hours: OFFICE,
    zone: "Australia/Sydney",
    now: "2026-01-05T21:30:00Z",
    open: true,
    next: "2026-01-06T07:00:00Z",
  },
  {
    what: "days off",
    hours: `${OFFICE}; Dec 24-26 off "Christmas"`,
    now: "2026-12-24T10:00:00Z",
    open: false,
    next: "2026-12-28T07:00:00Z",
  },
  { what: "always", hours: "24/7", now: "2026-07-01T00:00:00Z", open: true, next: null },
];

/** Runs with the machine in another zone, because nothing may depend on it. */
function inZone<T>(zone: string, compute: () => T): T {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    return compute();
  } finally {
    if (before === undefined) {
      delete process.env.TZ;
    } else {
      process.env.TZ = before;
    }
  }
}

describe("opening hours", () => {
  for (const { what, hours, zone, now, open, next } of CASES) {
    it(what, () => {
      for (const machine of ["UTC", "America/New_York", "Europe/Berlin"]) {
        const rules = rulesWith(hours, zone);
        const found = inZone(machine, () => hoursAt(rules, at(now)));
        expect(found.open.support, `open, on a machine in ${machine}`).to.equal(open);
        expect(
          found.nextChange === null ? null : new Date(found.nextChange).toISOString().replace(".000", ""),
        ).to.equal(next);
      }
    });
  }

  it("say in words when a closed queue opens: the weekday within a week, else the date", () => {
    const words = (now: string, hours: string) => hoursAt(rulesWith(hours), at(now)).opens.support;
    expect(words("2026-07-03T20:00:00Z", OFFICE)).to.equal("Monday 08:00");
    expect(words("2026-07-03T20:00:00Z", "Dec 01-24: 09:00-12:00")).to.equal("December 1 09:00");
    expect(words("2026-07-03T10:00:00Z", OFFICE)).to.equal(undefined);
  });

  it("are refused when they leave open whether it is open", () => {
    for (const text of [
      "08:00+",
      "by appointment",
      'Mo-Fr 08:00-12:00 "ring the bell"',
      "sunrise-sunset",
      "SH 08:00-12:00",
      "no idea",
      "",
    ]) {
      expect(hoursFault(text), text).to.be.a("string");
    }
    for (const text of [OFFICE, "24/7", "off", "Mo[1] 10:00-12:00; Dec 25 off", "week 1-53/2 Mo 10:00-12:00"]) {
      expect(hoursFault(text), text).to.equal(null);
    }
  });

  it("that open never, or on the 29th of February alone, take no time to look at", () => {
    const start = performance.now();
    expect(hoursAt(rulesWith("Feb 29 10:00-12:00"), at("2026-07-01T00:00:00Z")).nextChange).to.equal(null);
    expect(performance.now() - start).to.be.lessThan(2_000);
  });
});

describe("wall time", () => {
  it("is found again from its instant, every hour of a year, in zones of all kinds", () => {
    for (const zone of [
      "UTC",
      "Europe/Berlin",
      "America/St_Johns",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Pacific/Apia",
    ]) {
      for (let hour = 0; hour < 366 * 24; hour += 7) {
        const instant = Date.UTC(2026, 0, 1, hour);
        expect(wallAt(zone, instantOf(zone, wallAt(zone, instant), instant - 1))).to.equal(wallAt(zone, instant));
      }
    }
  });
});

/** A clock that stands still until it is told to go on. */
function stoppedClock(start: string) {
  let now = at(start);
  let waiting: { readonly at: number; readonly callback: () => void } | null = null;
  const clock: Clock = {
    now: () => now,
    after: (delayMs, callback) => {
      const mine = { at: now + delayMs, callback };
      waiting = mine;
      return () => {
        waiting = waiting === mine ? null : waiting;
      };
    },
  };
  return {
    clock,
    /** Lets time pass; what is due on the way is called at its time. */
    goTo: (text: string) => {
      for (const end = at(text); waiting !== null && waiting.at <= end; ) {
        const due: { readonly at: number; readonly callback: () => void } = waiting;
        now = due.at;
        waiting = null;
        due.callback();
      }
      now = at(text);
    },
    /** The machine's clock is set: time is another, delays are what they were. */
    set: (text: string) => {
      const jump = at(text) - now;
      now = at(text);
      waiting = waiting === null ? null : { ...waiting, at: waiting.at + jump };
    },
    idle: () => waiting === null,
  };
}

describe("the watch over opening hours", () => {
  function watch(start: string, hours = OFFICE) {
    const events: { readonly at: string; readonly open: boolean | undefined }[] = [];
    const time = stoppedClock(start);
    const told = (event: HoursEvent) =>
      void events.push({ at: new Date(time.clock.now()).toISOString(), open: event.open.support });
    return { events, time, watching: watchHours(rulesWith(hours), time.clock, told) };
  }

  it("tells the hours at once and then at every change, to the minute", () => {
    const { events, time } = watch("2026-07-03T05:00:00Z");
    time.goTo("2026-07-06T07:00:00Z");
    expect(events).to.deep.equal([
      { at: "2026-07-03T05:00:00.000Z", open: false },
      { at: "2026-07-03T06:00:00.000Z", open: true },
      { at: "2026-07-03T16:00:00.000Z", open: false },
      { at: "2026-07-06T06:00:00.000Z", open: true },
    ]);
  });

  it("notices a clock that was set", () => {
    const { events, time } = watch("2026-07-03T05:00:00Z");
    time.set("2026-07-03T12:00:00Z");
    time.goTo(new Date(at("2026-07-03T12:00:00Z") + LOOK_AGAIN_MS).toISOString());
    expect(events.at(-1)?.open).to.equal(true);
  });

  it("follows new rules at once", () => {
    const { events, watching } = watch("2026-07-03T05:00:00Z");
    watching.follow(rulesWith("24/7"));
    expect(events.map(({ open }) => open)).to.deep.equal([false, true]);
  });

  it("ends when it is stopped", () => {
    const { events, time, watching } = watch("2026-07-03T05:00:00Z");
    watching.stop();
    expect(time.idle()).to.equal(true);
    time.goTo("2026-07-06T07:00:00Z");
    expect(events).to.have.length(1);
  });
});

describe("opening hours over a stretch of time", () => {
  it("are what is open at its beginning, and every change up to its end", () => {
    const changes = hoursBetween(rulesWith(OFFICE), at("2026-03-27T12:00:00Z"), at("2026-03-30T12:00:00Z"));
    expect(changes.map((one) => `${new Date(one.at).toISOString()} ${one.open.support}`)).to.deep.equal([
      "2026-03-27T12:00:00.000Z true",
      "2026-03-27T17:00:00.000Z false",
      // Summer time began in between.
      "2026-03-30T06:00:00.000Z true",
    ]);
  });
});

describe("moments as admins write them", () => {
  const READ: readonly (readonly [text: string, zone: string, at: string | null])[] = [
    ["2026-03-09 09:30", "Europe/Berlin", "2026-03-09T08:30:00.000Z"],
    ["2026-07-09T09:30", "Europe/Berlin", "2026-07-09T07:30:00.000Z"],
    ["2026-03-09", "Asia/Manila", "2026-03-08T16:00:00.000Z"],
    ["2026-02-30", "UTC", null],
    ["2026-13-01", "UTC", null],
    ["2026-03-09 25:00", "UTC", null],
    ["9 March", "UTC", null],
  ];
  for (const [text, zone, expected] of READ) {
    it(`${text} in ${zone}`, () => {
      const read = readMoment(zone, text);
      expect(read === null ? null : new Date(read).toISOString()).to.equal(expected);
    });
  }
});
