import { readFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

const SCHEMA = new URL("../src/api/schema.d.ts", import.meta.url);
const OPENAPI = new URL("../../lambdas/api/openapi.json", import.meta.url);

test("the client's types are those of the committed OpenAPI file (else: npm run types)", async () => {
  const made = COMMENT_HEADER + astToString(await openapiTS(OPENAPI));
  expect(readFileSync(SCHEMA, "utf8")).toBe(made);
});
