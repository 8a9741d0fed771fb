import { useEffect, useState } from 'react';
import { onAnnounce } from '../lib/announce';

/** The live region for screen readers. An invisible mark makes two equal messages in a row different, so that both are read. */
export const Announcer = () => {
  const [message, setMessage] = useState('');
  useEffect(() => onAnnounce((next) => setMessage((last) => (last === next ? `${next}\u00a0` : next))), []);
  return (
    <div role="status" aria-live="polite" className="sr-only" data-testid="announcer">
      {message}
    </div>
  );
};
