// The operators' API, typed by its own openapi.json. Nobody signs in to it: the lender's network stands in front.

import createClient from "openapi-fetch";

import type { paths } from "../../wire/creditline";

export { newId, told, Trouble, type Wire } from "../../shared/answers";

export const api = createClient<paths>();
