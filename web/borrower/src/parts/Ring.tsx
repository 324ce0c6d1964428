// The limit as a ring: used, available, on hold (hatched, so that colour is not all that tells it), and the rare rest.

import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import { money } from "../figures";

const RADIUS = 92;
const AROUND = 2 * Math.PI * RADIUS;
const GAP = 3;
const LEAST = 5;

type Piece = { name: "drawn" | "reserved" | "can_draw" | "barred" | "withheld"; minor: number };

/** Return the parts of the limit that are there, in the order they are drawn. */
export function pieces(line: OwnLine): Piece[] {
  const barred = Math.max(0, line.headroom_minor - line.available_minor);
  const all: Piece[] = [
    { name: "drawn", minor: line.drawn_minor },
    { name: "reserved", minor: line.reserved_minor },
    { name: "can_draw", minor: line.available_minor },
    { name: "barred", minor: barred },
    { name: "withheld", minor: line.withheld_minor },
  ];
  return all.filter(({ name, minor }) => minor > 0 || name === "drawn" || name === "can_draw" || name === "withheld");
}

/** Return where each piece begins and how long it is; none is too short to be seen. */
function arcs(parts: Piece[]): { piece: Piece; start: number; length: number }[] {
  const shown = parts.filter(({ minor }) => minor > 0);
  const total = shown.reduce((sum, { minor }) => sum + minor, 0);
  const gap = shown.length > 1 ? GAP : 0;
  const raw = shown.map(({ minor }) => Math.max(LEAST + gap, (AROUND * minor) / Math.max(1, total)));
  const scale = AROUND / raw.reduce((sum, length) => sum + length, 0);
  let start = 0;
  return shown.map((piece, place) => {
    const length = raw[place]! * scale;
    const arc = { piece, start, length: length - gap };
    start += length;
    return arc;
  });
}

export function Ring({ line }: { line: OwnLine }) {
  const { t } = useTranslation();
  const parts = pieces(line);
  const told = t("ring", {
    granted: money(line.granted_minor, line),
    drawn: money(line.drawn_minor, line),
    available: money(line.available_minor, line),
    withheld: money(line.withheld_minor, line),
  });
  const amount = money(line.available_minor, line);
  return (
    <>
      <div className="ring">
        <svg width="240" height="240" viewBox="0 0 240 240" role="img" aria-label={told}>
          <defs>
            <pattern id="hatched" width="7" height="7" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">
              <rect className="hatch-ground" width="7" height="7" />
              <rect className="hatch-line" width="3.6" height="7" />
            </pattern>
            <pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse">
              <rect className="dot-ground" width="6" height="6" />
              <circle className="dot-mark" cx="3" cy="3" r="1.2" />
            </pattern>
          </defs>
          <circle className="arc-ground" r={RADIUS} cx="120" cy="120" />
          {arcs(parts).map(({ piece, start, length }) => (
            <circle
              key={piece.name}
              className={`arc ${piece.name}`}
              r={RADIUS}
              cx="120"
              cy="120"
              strokeDasharray={`${length} ${AROUND - length}`}
              strokeDashoffset={-start}
              transform="rotate(-90 120 120)"
            />
          ))}
        </svg>
        <div className="ring-words">
          <span>{t("available")}</span>
          <b className={amount.length > 10 ? "longest" : amount.length > 8 ? "long" : undefined} data-testid="available">
            {amount}
          </b>
          <span>{t("total", { amount: money(line.granted_minor, line) })}</span>
        </div>
      </div>
      <dl className={`legend of-${parts.length}`}>
        {parts.map(({ name, minor }) => (
          <div key={name}>
            <dt>
              <span className={`swatch ${name}`} aria-hidden="true" />
              {t(name)}
            </dt>
            <dd data-testid={name}>{money(minor, line)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
