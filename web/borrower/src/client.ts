// The engine over HTTP, typed by its own openapi.json and asked in the name of whoever is signed in.

import createClient from "openapi-fetch";

import type { paths } from "../../wire/creditline";
import { token } from "./session";

export { newId, told, Trouble, type Wire } from "../../shared/answers";

export const api = createClient<paths>();
api.use({
  onRequest({ request }) {
    const own = token();
    if (own) request.headers.set("Authorization", `Bearer ${own}`);
    return request;
  },
});
