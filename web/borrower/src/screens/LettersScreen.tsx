// The letters of every unfavourable act, and each of them in full.

import { useTranslation } from "react-i18next";

import { type Letter, type Me, useLetter, useNotices } from "../asked";
import { day } from "../figures";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";
import { Link } from "../router";

export function LettersScreen({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  const asked = useNotices();
  return (
    <Frame title={t("letters")}>
      {asked.isPending ? (
        <Waiting />
      ) : asked.data ? (
        asked.data.length === 0 ? (
          <Card>
            <p className="sub">{t("letters_none")}</p>
          </Card>
        ) : (
          <nav className="card more" aria-label={t("letters")}>
            <ul>
              {asked.data.map((one) => (
                <li key={one.notice}>
                  <Link to={`letters/${one.notice}`}>
                    <span>
                      {t(`trigger_${one.trigger}`)}
                      <small>{day(one.acted_at, i18n.language, me.today)}</small>
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        )
      ) : (
        <Failed trouble={asked.error} again={() => void asked.refetch()} />
      )}
      <Stale asked={asked} />
    </Frame>
  );
}

const PARTS = ["what", "why", "when", "do", "person", "sender"] as const;
const sentences = (letter: Letter, part: (typeof PARTS)[number]): string[] => [letter[part]].flat().filter((words) => words !== "");

export function LetterScreen({ notice }: { notice: string }) {
  const { t } = useTranslation();
  const asked = useLetter(notice);
  return (
    <Frame title={t("letter")}>
      {asked.isPending ? (
        <Waiting />
      ) : asked.data ? (
        <article lang={asked.data.language === "zh" ? "zh-CN" : asked.data.language}>
          <Card title={asked.data.title}>
            {PARTS.filter((part) => sentences(asked.data, part).length > 0).map((part) => (
              <section key={part} className="letter-part">
                {asked.data.headings[part] && <h3>{asked.data.headings[part]}</h3>}
                {sentences(asked.data, part).map((words) => (
                  <p key={words}>{words}</p>
                ))}
              </section>
            ))}
          </Card>
        </article>
      ) : (
        <Failed trouble={asked.error} again={() => void asked.refetch()} />
      )}
    </Frame>
  );
}
