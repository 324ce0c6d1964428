// What the console asks of the engine, each answer kept until something that was done makes it old.

import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";

import { api, told, type Wire } from "./client";

export type Review = Wire["HumanReviewView"];
export type CaseFile = Wire["CaseView"];
export type Line = Wire["LineView"];
export type History = Wire["HistoryView"];
export type Decision = Wire["DecisionView"];
export type Promised = Wire["PromiseView"];
export type Fact = Wire["FactView"];
export type Examination = Wire["ExaminationView"];
export type Side = Wire["SideView"];
export type Rate = Wire["RateView"];
export type Failed = Wire["FailedView"];
export type Document = Wire["DocumentView"];

const MINUTE_MS = 60_000;
const MOST = 200;

export const useQueue = (): UseQueryResult<Review[]> =>
  useQuery({ queryKey: ["queue"], queryFn: () => told(api.GET("/v1/human-reviews", { params: { query: { most: MOST } } })), refetchInterval: MINUTE_MS });

export const useCase = (review: string | null): UseQueryResult<CaseFile> =>
  useQuery({
    queryKey: ["case", review],
    queryFn: () => told(api.GET("/v1/human-reviews/{review}", { params: { path: { review: review! } } })),
    enabled: review !== null,
  });

export const useLines = (borrower: string): UseQueryResult<Line[]> =>
  useQuery({
    queryKey: ["borrower", borrower, "lines"],
    queryFn: () => told(api.GET("/v1/borrowers/{borrower}/lines", { params: { path: { borrower } } })),
  });

export const useReviews = (borrower: string): UseQueryResult<Review[]> =>
  useQuery({
    queryKey: ["borrower", borrower, "reviews"],
    queryFn: () => told(api.GET("/v1/borrowers/{borrower}/human-reviews", { params: { path: { borrower } } })),
  });

export const useDocuments = (borrower: string): UseQueryResult<Document[]> =>
  useQuery({
    queryKey: ["borrower", borrower, "documents"],
    queryFn: () => told(api.GET("/v1/borrowers/{borrower}/documents", { params: { path: { borrower } } })),
  });

export const useFacts = (borrower: string): UseQueryResult<Fact[]> =>
  useQuery({
    queryKey: ["borrower", borrower, "facts"],
    queryFn: () => told(api.GET("/v1/borrowers/{borrower}/facts", { params: { path: { borrower }, query: { most: MOST } } })),
  });

export const useHistory = (line: string | null): UseQueryResult<History> =>
  useQuery({
    queryKey: ["line", line, "history"],
    queryFn: () => told(api.GET("/v1/lines/{line}/history", { params: { path: { line: line! }, query: { most: MOST } } })),
    enabled: line !== null,
  });

export const usePromises = (line: string | null): UseQueryResult<Promised[]> =>
  useQuery({
    queryKey: ["line", line, "promises"],
    queryFn: () => told(api.GET("/v1/lines/{line}/promises", { params: { path: { line: line! }, query: { most: MOST } } })),
    enabled: line !== null,
  });

/** What is supposed otherwise about a decision; nothing of it is ever recorded. */
export type Supposing = { suppose: string[]; without: string[]; edition: string | null; is_now: boolean };

/** Take a decision apart, beside what is supposed; the last picture stays until the next is there. */
export const useExamination = (decision: string | null, supposing: Supposing): UseQueryResult<Examination> =>
  useQuery({
    queryKey: ["examination", decision, supposing],
    queryFn: () =>
      told(api.GET("/v1/decisions/{decision}/examination", { params: { path: { decision: decision! }, query: supposing } })),
    placeholderData: (last, query) => (query?.queryKey[1] === decision ? keepPreviousData(last) : undefined),
    enabled: decision !== null,
  });

export const useFactsBehind = (decision: string, feature: string | null): UseQueryResult<Fact[]> =>
  useQuery({
    queryKey: ["behind", decision, feature],
    queryFn: () =>
      told(api.GET("/v1/decisions/{decision}/facts", { params: { path: { decision }, query: feature === null ? {} : { feature } } })),
  });

export const useEditions = (product: string | null): UseQueryResult<Wire["LifeView"]> =>
  useQuery({
    queryKey: ["editions", product],
    queryFn: () => told(api.GET("/v1/policies/{product}/history", { params: { path: { product: product! } } })),
    enabled: product !== null,
  });

export const useFound = (id: string): UseQueryResult<Wire["ThingView"][]> =>
  useQuery({ queryKey: ["find", id], queryFn: () => told(api.GET("/v1/find", { params: { query: { id } } })), enabled: id !== "" });

export const useRates = (by: string[]): UseQueryResult<Rate[]> =>
  useQuery({ queryKey: ["rates", by], queryFn: () => told(api.GET("/v1/promises", { params: { query: { by } } })), refetchInterval: MINUTE_MS });

export const useFailed = (): UseQueryResult<Failed[]> =>
  useQuery({ queryKey: ["failed"], queryFn: () => told(api.GET("/v1/promises:failed", { params: { query: { most: MOST } } })) });

export const useNoticeCounts = (): UseQueryResult<Wire["CountView"][]> =>
  useQuery({ queryKey: ["notices"], queryFn: () => told(api.GET("/v1/notices:counts")), refetchInterval: MINUTE_MS });
