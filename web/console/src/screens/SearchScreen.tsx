// What an id names: straight to its case file if it names one thing.

import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { useFound } from "../asked";
import type { Wire } from "../client";
import { Frame } from "../parts/Frame";
import { Failed, Waiting } from "../parts/states";
import { caseOf, go, Link } from "../router";

const addressOf = (one: Wire["ThingView"]): string =>
  caseOf(one.borrower, { line: one.line, decision: one.decision, review: one.review });

export function SearchScreen({ id }: { id: string }) {
  const { t } = useTranslation();
  const found = useFound(id);
  const only = found.data?.length === 1 ? found.data[0] : undefined;
  useEffect(() => {
    if (only) go(addressOf(only), true);
  }, [only]);
  return (
    <Frame title={t("search")}>
      <section className="card" aria-label={t("search")}>
        {id === "" ? (
          <p className="empty">{t("search_say")}</p>
        ) : found.isPending || only ? (
          <Waiting rows={2} />
        ) : !found.data ? (
          <Failed trouble={found.error} again={() => void found.refetch()} />
        ) : found.data.length === 0 ? (
          <p className="empty">{t("search_nothing", { id })}</p>
        ) : (
          <ul className="found">
            {found.data.map((one) => (
              <li key={one.kind}>
                <Link className="lnk" to={addressOf(one)}>
                  {t(`kind_${one.kind}`)}: {one.borrower}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Frame>
  );
}
