// What a borrower can do: switches that are really run forward by the engine, what does not help, and the way to a person.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Actions, useActions, useCourses } from "../asked";
import type { Home } from "../asked";
import { day, money } from "../figures";
import { Link } from "../router";
import { Card } from "./Card";
import { Failed } from "./states";
import { pointsOf, Timetable } from "./Timetable";

type Doing = Actions["helps"][number]["doings"][number];
const keyOf = (one: Doing): string => `${one.action} ${one.done_on} ${one.amount_minor ?? ""}`;

/** Return what can be switched: everything that helps alone or with another, each once, the least effort first. */
export function switches(actions: Actions): Doing[] {
  const found = new Map<string, Doing>();
  for (const help of actions.helps) for (const doing of help.doings) found.set(keyOf(doing), doing);
  return [...found.values()].sort((a, b) => a.effort - b.effort);
}

export function WhenAndWhat({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const actions = useActions(home.line.line);
  const [on, setOn] = useState<ReadonlySet<string>>(new Set());
  const offered = actions.data ? switches(actions.data) : [];
  const picked = offered.filter((one) => on.has(keyOf(one)));
  const courses = useCourses(home.line.line, picked);
  const plan = courses.data ? pointsOf(courses.data.baseline, home.line.available_minor) : null;
  const course = courses.data && picked.length > 0 ? courses.data.picked : null;

  function flip(doing: Doing): void {
    const now = new Set(on);
    if (!now.delete(keyOf(doing))) {
      // Two ways of the same thing are one thing: the later choice takes the place of the earlier.
      for (const other of offered) if (other.action === doing.action) now.delete(keyOf(other));
      now.add(keyOf(doing));
    }
    setOn(now);
  }

  return (
    <>
      <Card title={t("when")}>
        {plan ? (
          <Timetable line={home.line} today={home.today} plan={plan} picked={course ? pointsOf(course, home.line.available_minor) : null} />
        ) : courses.isError ? (
          <Failed trouble={courses.error} again={() => void courses.refetch()} />
        ) : (
          <div className="bone chart-bone" role="status" aria-busy="true" aria-label={t("loading")} />
        )}
      </Card>
      <Card title={t("do")} sub={offered.length > 0 ? t("do_sub") : undefined}>
        {actions.isError && !actions.data && <Failed trouble={actions.error} again={() => void actions.refetch()} />}
        {actions.isPending && <div className="bone chart-bone" role="status" aria-busy="true" aria-label={t("loading")} />}
        {actions.data?.told && <p className="told">{actions.data.told}</p>}
        {offered.map((one) => (
          <Switch key={keyOf(one)} doing={one} isOn={on.has(keyOf(one))} flip={() => flip(one)} actions={actions.data!} home={home} />
        ))}
        {offered.length > 0 && (
          <div className="outcome" role="status" data-testid="outcome">
            {courses.data && (
              <>
                <b>
                  {(course ?? courses.data.baseline).all_back_on
                    ? t("all_back_on", { day: day((course ?? courses.data.baseline).all_back_on!, i18n.language, home.today) })
                    : t("all_back_never")}
                </b>
                <span>
                  {!course ? t("try_switches") : course.sooner_days ? t(course.sooner_days > 0 ? "sooner" : "not_sooner", { count: course.sooner_days }) : t("differs")}
                </span>
              </>
            )}
          </div>
        )}
        {offered.some((one) => one.action === "prove_income") && (
          <Link className="lnk" to="evidence">
            {t("evidence_go")}
          </Link>
        )}
        {actions.data && <Rest actions={actions.data} />}
      </Card>
    </>
  );
}

type SwitchProps = { doing: Doing; isOn: boolean; flip: () => void; actions: Actions; home: Home };

function Switch({ doing, isOn, flip, actions, home }: SwitchProps) {
  const { t, i18n } = useTranslation();
  const alone = actions.helps.find((help) => help.doings.length === 1 && keyOf(help.doings[0]!) === keyOf(doing));
  const paired = actions.helps.find((help) => help.doings.some((one) => keyOf(one) === keyOf(doing)));
  const effect = (alone ?? paired)?.told;
  return (
    <label className={isOn ? "act on" : "act"}>
      <span>
        <strong>{doing.told}</strong>
        <span className="how">
          {doing.amount_minor !== null && `${money(doing.amount_minor, home.line)} · `}
          {t("by_day", { day: day(doing.done_on, i18n.language, home.today) })}
        </span>
      </span>
      <input type="checkbox" role="switch" checked={isOn} onChange={flip} />
      {effect && <span className="effect">{effect}</span>}
    </label>
  );
}

function Rest({ actions }: { actions: Actions }) {
  const { t } = useTranslation();
  return (
    <>
      {actions.protects.length > 0 && (
        <ul className="told-list protects">
          {actions.protects.map((one) => (
            <li key={one.told}>{one.told}</li>
          ))}
        </ul>
      )}
      {actions.does_not_help.length > 0 && (
        <div className="useless">
          <p className="sub">{t("does_not_help")}</p>
          <ul className="told-list">
            {actions.does_not_help.map((one) => (
              <li key={one.told}>{one.told}</li>
            ))}
          </ul>
        </div>
      )}
      {actions.route && <p className="sub route">{actions.route.told}</p>}
    </>
  );
}
