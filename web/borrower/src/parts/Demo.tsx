// The demo's clock: a day on, and what is due is done. Nothing of this is there outside the demo.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../asked";
import { api, told } from "../client";
import { day } from "../figures";

export function Demo({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [said, setSaid] = useState("");
  const move = useMutation({
    mutationFn: (days: number) => told(api.POST("/v1/me/demo/days", { body: { days } })),
    onSuccess: async (moved) => {
      await queries.invalidateQueries();
      setSaid(t("demo_moved", { day: day(moved.today, i18n.language) }));
    },
  });
  return (
    <aside className="demo" aria-label="Demo">
      <span>{t("demo", { day: day(me.today, i18n.language, "1970-01-01") })}</span>
      <span className="demo-acts">
        <button type="button" disabled={move.isPending} onClick={() => move.mutate(1)}>
          {t("demo_next")}
        </button>
        <button type="button" disabled={move.isPending} onClick={() => move.mutate(7)}>
          {t("demo_week")}
        </button>
      </span>
      <span className="vh" role="status">
        {said}
      </span>
    </aside>
  );
}
