import { type ReactNode, useId } from "react";

type CardProps = { title: ReactNode; aside?: ReactNode; className?: string; children: ReactNode };

/** A part of a page under its own heading, so that whoever listens can go from one to the next. */
export function Card({ title, aside, className = "", children }: CardProps) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <div className="card-top">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
