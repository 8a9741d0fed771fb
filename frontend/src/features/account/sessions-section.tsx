import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Session } from '@bramble/contracts/auth';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { announce } from '../../lib/announce';
import { call } from '../../lib/api';
import { authApi } from '../../lib/operations.gen';
import { signOutEverywhere } from '../../lib/session';
import { deviceName } from './device-name';

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const at = (iso: string): string => time.format(new Date(iso));
const queryKey = ['mine', 'sessions'];

/** The devices that are signed in; ends one of them, or all. */
export const SessionsSection = () => {
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await call(authApi.sessions, { signal })).items,
  });
  const leaveAll = useMutation({ mutationFn: signOutEverywhere });
  return (
    <section
      aria-labelledby="sessions"
      className="grid content-start gap-5 border-t border-line pt-6 lg:col-span-2"
    >
      <h2 id="sessions" className="text-xl">
        Where you are signed in
      </h2>
      {error && <Failure error={error} />}
      {!data && !error && <p className="text-ink-muted">Loading…</p>}
      <ul className="divide-y divide-line">
        {data?.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
      {leaveAll.error && <Failure error={leaveAll.error} />}
      <div>
        <Button busy={leaveAll.isPending} onClick={() => leaveAll.mutate()}>
          Sign out everywhere
        </Button>
      </div>
    </section>
  );
};

const SessionRow = ({ session }: { session: Session }) => {
  const { id, device, place, createdAt, usedAt, current } = session;
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => call(authApi.endSession, { params: { id } }),
    onSuccess: () => announce('Signed out there'),
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  const name = deviceName(device);
  return (
    <li className="flex flex-wrap items-center justify-between gap-4 py-4">
      <div>
        <p>{current ? `${name} (this device)` : name}</p>
        <p className="text-sm text-ink-muted">
          Signed in {at(createdAt)} from {place ?? 'an unknown address'}, last used {at(usedAt)}
        </p>
        {end.error && <Failure error={end.error} />}
      </div>
      {!current && (
        <Button
          variant="quiet"
          aria-label={`Sign out there: ${name}, signed in ${at(createdAt)}`}
          busy={end.isPending}
          onClick={() => end.mutate()}
        >
          Sign out there
        </Button>
      )}
    </li>
  );
};
