// What the pages ask of the engine, each answer kept until something that was done makes it old.

import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, told, type Wire } from "./client";
import { token } from "./session";

export type Me = Wire["MeView"];
export type Home = Wire["HomeView"];
export type Row = Wire["RecordView"];
export type Promised = Wire["OwnPromiseView"];
export type Forecast = Wire["ForecastView"];

const MINUTE_MS = 60_000;
export const AHEAD_DAYS = 365;

export const useMe = (): UseQueryResult<Me> =>
  useQuery({
    queryKey: ["me"],
    queryFn: () => told(api.GET("/v1/me")),
    refetchInterval: MINUTE_MS,
    enabled: token() !== null,
  });

export function useHome(line: string): UseQueryResult<Home> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["line", line, "home", language],
    queryFn: () => told(api.GET("/v1/me/lines/{line}", { params: { path: { line }, query: { language } } })),
    // A part that is being decided is looked for again soon; anything else once a minute.
    refetchInterval: (asked) => (asked.state.data?.state === "being_decided" ? 3_000 : MINUTE_MS),
  });
}

export const useRecord = (line: string): UseQueryResult<Row[]> =>
  useQuery({
    queryKey: ["line", line, "record"],
    queryFn: () => told(api.GET("/v1/me/lines/{line}/record", { params: { path: { line } } })),
  });

export function usePromises(line: string): UseQueryResult<Promised[]> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["line", line, "promises", language],
    queryFn: () => told(api.GET("/v1/me/lines/{line}/promises", { params: { path: { line }, query: { language } } })),
  });
}

export const useForecast = (line: string): UseQueryResult<Forecast> =>
  useQuery({
    queryKey: ["line", line, "forecast"],
    queryFn: () =>
      told(
        api.POST("/v1/me/lines/{line}/forecast", {
          params: { path: { line } },
          body: { days: AHEAD_DAYS, alternatives: [], is_brief: false },
        }),
      ),
  });
