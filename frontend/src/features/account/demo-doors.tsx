import { useMutation } from '@tanstack/react-query';
import type { DemoRole } from '@bramble/contracts/auth';
import { isCode } from '@bramble/contracts/call-error';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { demoSignIn } from '../../lib/session';

const doors: { role: DemoRole; name: string }[] = [
  { role: 'buyer', name: 'Demo buyer' },
  { role: 'seller', name: 'Demo seller' },
  { role: 'admin', name: 'Demo admin' },
];

/** Buttons that sign in to a demo account; shown in demo mode only. */
export const DemoDoors = ({ onDone }: { onDone: () => void }) => {
  const enter = useMutation({ mutationFn: demoSignIn, onSuccess: onDone });
  const closed = isCode(enter.error, 'not_found', 'forbidden');
  return (
    <section aria-labelledby="demo" className="grid gap-3 border-t border-line pt-6">
      <h2 id="demo" className="text-lg">
        Just looking around?
      </h2>
      <div className="flex flex-wrap gap-2">
        {doors.map(({ role, name }) => (
          <Button
            key={role}
            busy={enter.isPending && enter.variables === role}
            onClick={() => enter.mutate(role)}
          >
            {name}
          </Button>
        ))}
      </div>
      {enter.error &&
        (closed ? (
          <p role="alert" className="text-sm text-rust">
            This shop does not offer that demo account.
          </p>
        ) : (
          <Failure error={enter.error} />
        ))}
    </section>
  );
};
