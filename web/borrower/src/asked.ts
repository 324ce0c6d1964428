// What the pages ask of the engine, each answer kept until something that was done makes it old.

import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, told, type Wire } from "./client";
import { token } from "./session";

export type Me = Wire["MeView"];
export type Home = Wire["HomeView"];
export type Row = Wire["RecordView"];
export type Promised = Wire["OwnPromiseView"];
export type Course = Wire["OwnCourseView"];
export type Courses = Wire["CoursesView"];
export type Actions = Wire["OwnActionsView"];
export type DrawPreview = Wire["OwnDrawPreviewView"];
export type RepayPreview = Wire["OwnRepayPreviewView"];
export type Drawn = Wire["OwnDrawnView"];
export type Repaid = Wire["OwnRepaidView"];
export type Paper = Wire["OwnDocumentView"];
export type ProofPreview = Wire["ProofPreviewView"];
export type Notice = Wire["OwnNoticeView"];
export type Review = Wire["OwnReviewView"];
export type Letter = Wire["OwnLetterView"];

const MINUTE_MS = 60_000;

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

export function useActions(line: string): UseQueryResult<Actions> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["line", line, "actions", language],
    queryFn: () => told(api.GET("/v1/me/lines/{line}/actions", { params: { path: { line }, query: { language } } })),
  });
}

type Doing = Actions["helps"][number]["doings"][number];

/** Run the line forward by the engine, without and with what is picked; the last picture stays until the next is there. */
export function useCourses(line: string, doings: Doing[]): UseQueryResult<Courses> {
  const language = useTranslation().i18n.language;
  const picked = doings.map(({ action, done_on, amount_minor }) => ({ action, done_on, amount_minor }));
  return useQuery({
    queryKey: ["line", line, "courses", picked, language],
    queryFn: () => told(api.POST("/v1/me/lines/{line}/courses", { params: { path: { line }, query: { language } }, body: { picked } })),
    placeholderData: keepPreviousData,
  });
}

export function useDrawPreview(line: string, amount_minor: number, enabled: boolean): UseQueryResult<DrawPreview> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["line", line, "draw", amount_minor, language],
    queryFn: () =>
      told(api.POST("/v1/me/lines/{line}/previews/draw", { params: { path: { line }, query: { language } }, body: { amount_minor } })),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useRepayPreview(line: string, amount_minor: number, enabled: boolean): UseQueryResult<RepayPreview> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["line", line, "repayment", amount_minor, language],
    queryFn: () =>
      told(api.POST("/v1/me/lines/{line}/previews/repayment", { params: { path: { line }, query: { language } }, body: { amount_minor } })),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export const useNotices = (): UseQueryResult<Notice[]> =>
  useQuery({ queryKey: ["notices"], queryFn: () => told(api.GET("/v1/me/notices")) });

export function useLetter(notice: string): UseQueryResult<Letter> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["letter", notice, language],
    queryFn: () => told(api.GET("/v1/me/notices/{notice}/letter", { params: { path: { notice }, query: { language } } })),
  });
}

export const useReviews = (): UseQueryResult<Review[]> =>
  useQuery({ queryKey: ["reviews"], queryFn: () => told(api.GET("/v1/me/reviews")) });

export const useDocuments = (): UseQueryResult<Paper[]> =>
  useQuery({ queryKey: ["documents"], queryFn: () => told(api.GET("/v1/me/documents")), refetchInterval: MINUTE_MS });

export function useProofPreview(line: string, amount_minor: number): UseQueryResult<ProofPreview> {
  return useQuery({
    queryKey: ["line", line, "proof", amount_minor],
    queryFn: () =>
      told(api.POST("/v1/me/lines/{line}/previews/proof", { params: { path: { line } }, body: { kind: "income", amount_minor } })),
    placeholderData: keepPreviousData,
  });
}
