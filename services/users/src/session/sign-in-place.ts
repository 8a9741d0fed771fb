/** Where a sign-in came from, as its request says. */
export interface SignInPlace {
  /** The start of the User-Agent header; null without one. */
  device: string | null;
  /** The address of the client. */
  place: string | null;
}
