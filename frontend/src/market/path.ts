/** The address of a company's screen. */
export function companyPath(symbol: string): string {
  return `/stocks/${encodeURIComponent(symbol)}`;
}
