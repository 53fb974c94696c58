import { expect, test } from "vitest";
import { BadConfig, readConfig } from "../src/config";

const GOOD = {
  api_url: "https://api.example.com/",
  region: "us-east-1",
  user_pool_id: "us-east-1_abc",
  user_pool_client_id: "client",
  stage: "dev",
};

test("a config is read, without the API's trailing slash", () => {
  expect(readConfig(GOOD)).toEqual({ ...GOOD, api_url: "https://api.example.com" });
});

test("an empty endpoint of Cognito means AWS's own", () => {
  expect(readConfig({ ...GOOD, cognito_endpoint: "" })).not.toHaveProperty("cognito_endpoint");
  expect(readConfig({ ...GOOD, cognito_endpoint: "http://localhost:4566" }).cognito_endpoint).toBe(
    "http://localhost:4566",
  );
});

test.each(["api_url", "region", "user_pool_id", "user_pool_client_id", "stage"])(
  "without %s it is refused",
  (name) => {
    expect(() => readConfig({ ...GOOD, [name]: undefined })).toThrow(BadConfig);
    expect(() => readConfig({ ...GOOD, [name]: "" })).toThrow(name);
  },
);

test("what is no object is refused", () => {
  expect(() => readConfig("<html>")).toThrow(BadConfig);
  expect(() => readConfig(null)).toThrow(BadConfig);
});
