/** The result for one promise: how many samples were checked, and a few of the violations in words. */
export interface Finding {
  promise: string;
  sampled: number;
  violations: string[];
}
