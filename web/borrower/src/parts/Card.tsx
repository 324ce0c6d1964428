import { type ReactNode, useId } from "react";

type CardProps = { title?: string; sub?: string | undefined; tone?: "plain" | "warn" | "bad" | "next"; isTitleHidden?: boolean; children: ReactNode };

/** A part of a page under its own heading, so that whoever listens can go from one to the next. */
export function Card({ title, sub, tone = "plain", isTitleHidden = false, children }: CardProps) {
  const id = useId();
  return (
    <section className={`card ${tone}`} aria-labelledby={title ? id : undefined}>
      {title && (
        <h2 id={id} className={isTitleHidden ? "vh" : undefined}>
          {title}
        </h2>
      )}
      {sub && <p className="sub">{sub}</p>}
      {children}
    </section>
  );
}
