import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app";
import { Trouble } from "./client";
import { speak } from "./language";
import { takeToken } from "./session";
import "../../shared/theme.css";
import "./pages.css";

takeToken();
await speak();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What was refused stays refused; what failed or did not arrive may be better a moment later.
      retry: (count, error) => count < 2 && !(error instanceof Trouble && (error.kind === "signed_out" || error.kind === "refused")),
      retryDelay: (count) => 400 * 2 ** count,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
