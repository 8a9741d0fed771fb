type Listener = (message: string) => void;
let listener: Listener = () => undefined;

/** The shell's live region takes the messages. */
export const onAnnounce = (next: Listener): void => {
  listener = next;
};

/** Says something to people who do not see the screen. One call, one message. */
export const announce = (message: string): void => listener(message);
