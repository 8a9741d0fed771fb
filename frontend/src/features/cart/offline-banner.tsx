import { CloudOff } from 'lucide-react';
import { useOnline } from '../../lib/online';
import { useBasket } from './use-basket';

/** Tells that the shop cannot be reached and which changes wait. */
export const OfflineBanner = () => {
  const online = useOnline();
  const { unsent, unreachable } = useBasket();
  const waiting = unsent === 1 ? '1 change will be sent' : `${unsent} changes will be sent`;
  const shown = !online || (unreachable && unsent > 0);
  return (
    <div role="status">
      {shown && (
        <p className="flex items-center justify-center gap-2 bg-amber-wash px-4 py-2 text-sm text-ink">
          <CloudOff className="size-4 text-amber" aria-hidden />
          {online ? "The shop can't be reached" : 'You’re offline'}
          {unsent > 0 && ` – ${waiting}`}
        </p>
      )}
    </div>
  );
};
