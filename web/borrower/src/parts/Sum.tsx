// An amount to choose: a slider for the thumb, a field for the exact figure, and what bounds it.

import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Money, money, parsed } from "../figures";

type SumProps = { label: string; most: number; least: number; step: number; value: number; line: Money; onChange: (minor: number) => void };

export function Sum({ label, most, least, step, value, line, onChange }: SumProps) {
  const { t } = useTranslation();
  const id = useId();
  const unit = 10 ** line.digits;
  const written = (minor: number) => (minor / unit).toLocaleString("en-US", { maximumFractionDigits: line.digits });
  const [text, setText] = useState(written(value));
  // What somebody is typing is left as they type it.
  useEffect(() => setText((now) => (parsed(now, line) === value ? now : written(value))), [value, unit]);
  const typed = parsed(text, line);
  const isWrong = typed === null || typed < 1 || typed > most;
  function take(given: string): void {
    setText(given);
    const minor = parsed(given, line);
    if (minor !== null && minor >= 1 && minor <= most) onChange(minor);
  }
  return (
    <div className="sum">
      <label htmlFor={id} className="sub">
        {label}
      </label>
      <div className="sum-field">
        <span aria-hidden="true">{line.symbol}</span>
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={text}
          aria-invalid={isWrong}
          aria-describedby={`${id}-most`}
          onChange={(event) => take(event.target.value)}
        />
      </div>
      <p id={`${id}-most`} className={isWrong ? "wrong" : "vh"}>
        {t("between", { least: money(1, line), most: money(most, line) })}
      </p>
      <input
        type="range"
        aria-label={label}
        min={Math.min(least, most)}
        max={most}
        step={step}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        aria-valuetext={money(value, line)}
      />
    </div>
  );
}

/** Return a value that follows another once it has come to rest. */
export function useRested<T>(value: T, ms = 250): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
