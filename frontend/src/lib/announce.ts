type Listener = (message: string) => void;
let listener: Listener = () => undefined;

/** The shell's live region receives the messages. */
export const onAnnounce = (next: Listener): void => {
  listener = next;
};

/** Announces a message to screen readers. One call is one message. */
export const announce = (message: string): void => listener(message);
