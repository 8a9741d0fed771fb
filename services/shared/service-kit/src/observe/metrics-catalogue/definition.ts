/** A closed list of label values, or null when the few values are known only at run time (routes, event types). */
type Labels = Readonly<Record<string, readonly string[] | null>>;

/** The definition of a metric: kind, help, labels, and a histogram's upper bucket bounds in its unit. */
interface Definition {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: Labels;
  buckets?: readonly number[];
}

/** Metrics by their names. */
export type Catalogue = Readonly<Record<string, Definition>>;
/** For a service without metrics of its own. */
export type NoMetrics = Record<never, never>;

/** Keeps the exact type of a catalogue, so that labels are type-checked. */
export const define = <const C extends Catalogue>(catalogue: C): C => catalogue;

/** The names of a catalogue's metrics of one kind. */
export type NameOf<C extends Catalogue, K extends Definition['kind']> = {
  [N in keyof C]: C[N]['kind'] extends K ? N : never;
}[keyof C] &
  string;

type LabelValue<V> = V extends readonly (infer S)[] ? S : string;
/** The labels of a metric, each with its closed values. */
export type LabelsOf<C extends Catalogue, N extends keyof C> = {
  [L in keyof C[N]['labels']]: LabelValue<C[N]['labels'][L]>;
};
