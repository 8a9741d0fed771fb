/** Takes one line of progress for a person. */
export type Log = (line: string) => void;

/** A database server found on this machine, and where it came from. */
export interface ServerBinary {
  /** Absolute path of the server's executable. */
  path: string;
  /** As printed by the server, for example `15.18` or `6.0.5`. */
  version: string;
  /** The part that decides whether data files can be read: `15`, `6.0`, `6`. */
  major: string;
  /** Where it was found, in words that follow "from": `the PATH`, `the npm package …`. */
  origin: string;
}

/** Where to look for one kind of server, in order of preference; later sources may download. */
export type ServerSource = () => Promise<ServerBinary | undefined>;
