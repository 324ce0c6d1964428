// When it comes back, as steps: what can be drawn on each day, by the plan, and with what was picked.

import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import type { Course } from "../asked";
import { day, dayAfter, daysBetween, money, roughly } from "../figures";

/** What can be drawn from a day on; `change` is what came back on it. */
export type Point = { on: string; available: number; change: number };

/** Return what can be drawn after each event of a course, one point a day. */
export function pointsOf(course: Course, start: number): Point[] {
  const found = new Map<string, Point>();
  let before = start;
  for (const event of course.events) {
    if (event.available_minor === before) continue;
    const on = event.happens_at.slice(0, 10);
    const change = (found.get(on)?.change ?? 0) + event.available_minor - before;
    found.set(on, { on, available: event.available_minor, change });
    before = event.available_minor;
  }
  return [...found.values()];
}

type TimetableProps = { line: OwnLine; today: string; plan: Point[]; picked: Point[] | null };

const WIDE = 300;
const HIGH = 180;
const LEFT = 42;
const RIGHT = 12;
const TOP = 20;
const BOTTOM = 28;
const LEAST_DAYS = 14;
const APART = 50;

export function Timetable({ line, today, plan, picked }: TimetableProps) {
  const { t, i18n } = useTranslation();
  const series = picked ?? plan;
  const all = [...plan, ...(picked ?? [])];
  const last = Math.max(LEAST_DAYS, ...all.map(({ on }) => daysBetween(today, on)));
  const days = Math.ceil(last * 1.12);
  const amounts = [line.available_minor, ...all.map(({ available }) => available)];
  const low = Math.min(...amounts);
  const high = Math.max(...amounts);
  const isFlat = high === low;
  const span = Math.max(1, high - low);
  const x = (on: string) => LEFT + ((WIDE - LEFT - RIGHT) * daysBetween(today, on)) / days;
  const y = (minor: number) => TOP + (HIGH - TOP - BOTTOM) * (isFlat ? 0.5 : 1 - (minor - (low - span * 0.1)) / (span * 1.16));

  function path(points: Point[]): string {
    const steps = points.map(({ on, available }) => `H${x(on).toFixed(1)}V${y(available).toFixed(1)}`).join("");
    return `M${LEFT} ${y(line.available_minor).toFixed(1)}${steps}H${WIDE - RIGHT}`;
  }

  const levels = [...new Set([low, Math.round((low + high) / 2), high])];
  const steps = series
    .map(({ on, available }) => t("chart_step", { amount: money(available, line), day: day(on, i18n.language, today) }))
    .join("");
  const told = t("chart", { start: money(line.available_minor, line), steps });
  const marked = series.filter(({ change }) => change !== 0);
  // The days on which something comes back are named, as far as there is room between them.
  const named = marked.reduce<string[]>(
    (kept, { on }) => (x(on) - x(kept[kept.length - 1]!) >= APART && x(on) <= WIDE - RIGHT ? [...kept, on] : kept),
    [today],
  );
  const ticks = marked.length > 0 ? named : [today, ...[1, 2, 3].map((place) => dayAfter(today, Math.round((days * place) / 3.6)))];
  return (
    <figure className="timetable">
      <svg width="100%" viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={told}>
        {levels.map((minor) => (
          <g key={minor}>
            <line className="level" x1={LEFT} x2={WIDE - RIGHT} y1={y(minor)} y2={y(minor)} />
            <text className="axis" x={LEFT - 6} y={y(minor) + 4} textAnchor="end">
              {roughly(minor, line)}
            </text>
          </g>
        ))}
        {ticks.map((on, place) => (
          <text key={on} className="axis" x={x(on)} y={HIGH - 8} textAnchor={place === 0 ? "start" : x(on) > WIDE - 36 ? "end" : "middle"}>
            {place === 0 ? t("today") : day(on, i18n.language)}
          </text>
        ))}
        {picked && <path className="under" d={`${path(picked)}V${HIGH - BOTTOM}H${LEFT}Z`} />}
        <path className={picked ? "plan behind" : "plan"} d={path(plan)} />
        {picked && <path className="picked" d={path(picked)} />}
        {marked.map(({ on, available, change }) => {
          const isNear = x(on) < LEFT + 70;
          return (
            <g key={`${on}${available}`} className={picked ? "mark picked" : "mark"}>
              <circle cx={x(on)} cy={y(available)} r="4" />
              <text x={isNear ? x(on) + 8 : x(on) - 7} y={isNear ? y(available) + 14 : y(available) - 7} textAnchor={isNear ? "start" : "end"}>
                {change > 0 ? "+" : "−"}
                {(Math.abs(change) / 10 ** line.digits).toLocaleString("en-US", { maximumFractionDigits: 0 })}
              </text>
            </g>
          );
        })}
      </svg>
      {isFlat && <p className="sub">{t("chart_flat")}</p>}
      <figcaption>
        <span>
          <svg width="22" height="8" aria-hidden="true">
            <line className={picked ? "plan behind" : "plan"} x1="0" x2="22" y1="4" y2="4" />
          </svg>
          {t("plan")}
        </span>
        {picked && (
          <span>
            <svg width="22" height="8" aria-hidden="true">
              <line className="picked" x1="0" x2="22" y1="4" y2="4" />
            </svg>
            {t("with_picked")}
          </span>
        )}
      </figcaption>
    </figure>
  );
}
