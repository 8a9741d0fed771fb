/** A closed list of values, or null where the values are few but known only at run time (routes, event types). */
type Labels = Readonly<Record<string, readonly string[] | null>>;

/** What a metric is: kind, help, labels, and the upper bounds of a histogram's buckets in its unit. */
interface Definition {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: Labels;
  buckets?: readonly number[];
}

/** Keeps the exact type of a part of the catalogue, so that labels are checked where metrics are used. */
export const define = <const D extends Record<string, Definition>>(catalogue: D): D => catalogue;
