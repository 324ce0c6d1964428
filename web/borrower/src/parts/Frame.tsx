// A page: its title, the way back, the other language, and what it is about.

import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { type Language, switchTo } from "../language";
import { Link, movesSoFar, usePath } from "../router";

let toldMoves = 0;

type FrameProps = { title: string; isWide?: boolean; foot?: ReactNode; children: ReactNode };

export function Frame({ title, isWide = false, foot, children }: FrameProps) {
  const { t, i18n } = useTranslation();
  const path = usePath();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title;
    // Whoever listens to the page instead of seeing it is told that it is another one now.
    if (movesSoFar() > toldMoves) heading.current?.focus({ preventScroll: true });
    toldMoves = movesSoFar();
  }, [path, title]);
  const other: Language = i18n.language === "zh" ? "en" : "zh";
  return (
    <div className={`page${isWide ? " wide" : ""}${foot ? " with-foot" : ""}`}>
      <a className="skip" href="#content" onClick={(event) => { event.preventDefault(); heading.current?.focus(); }}>
        {t("skip")}
      </a>
      <header className="top">
        {path !== "" && (
          <Link className="back" to="" aria-label={t("back")}>
            <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
              <path d="M12.5 4 6.5 10l6 6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
            </svg>
          </Link>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <button type="button" className="language" lang={other === "zh" ? "zh-CN" : "en"} onClick={() => void switchTo(other)}>
          {t("other_language")}
        </button>
      </header>
      <main id="content">{children}</main>
      {foot}
    </div>
  );
}
