import { useEffect, useState } from 'react';
import { onAnnounce } from '../lib/announce';

/** The one polite region. The same words twice are two messages: an invisible mark keeps them apart. */
export const Announcer = () => {
  const [message, setMessage] = useState('');
  useEffect(() => onAnnounce((next) => setMessage((last) => (last === next ? `${next}\u00a0` : next))), []);
  return (
    <div role="status" aria-live="polite" className="sr-only" data-testid="announcer">
      {message}
    </div>
  );
};
