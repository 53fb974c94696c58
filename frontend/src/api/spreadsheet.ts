/** A list as the CSV that the API makes: whole, however many pages, saved as one file. */
import { type Api, ApiError } from "./client";

export type Listed = "/orders" | "/wallet/postings" | "/portfolio";

const HEADERS = { Accept: "text/csv" };

/** All pages as one text; the header line of the later ones is dropped. */
export async function csvOf(api: Api, path: Listed): Promise<string> {
  const parts: string[] = [];
  let cursor: string | null = null;
  do {
    const query: { cursor?: string } = cursor ? { cursor } : {};
    const { data, error, response } = await api.GET(path as "/orders", {
      params: { query },
      headers: HEADERS,
      parseAs: "text",
    });
    const text: unknown = data;
    if (!response.ok || typeof text !== "string")
      throw new ApiError(response.status, String((error as { code?: unknown })?.code ?? ""), null);
    parts.push(parts.length ? text.slice(text.indexOf("\n") + 1) : text);
    cursor = response.headers.get("Next-Cursor");
  } while (cursor);
  return parts.join("");
}

export function save(text: string, name: string): void {
  // Spreadsheets take a file without this mark for one in the system's old alphabet.
  const file = new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
