import { useState } from 'react';
import { Button } from '../../components/ui/button';
import { announce } from '../../lib/announce';
import { call } from '../../lib/api';
import { gatewayApi } from '../../lib/operations.gen';
import { eraseAccount } from '../../lib/session';
import { PasswordDialog } from './password-dialog';

/** A password waits for its turn at the server, and every service is asked. */
const EXPORT_MS = 150_000;

async function downloadData(password: string): Promise<void> {
  const data = await call(gatewayApi.exportMeConfirmed, { body: { password }, timeout: EXPORT_MS });
  const file = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = file;
  link.download = 'my-data.json';
  link.click();
  URL.revokeObjectURL(file);
  announce('Your data was downloaded');
}

async function erase(password: string): Promise<void> {
  await eraseAccount(password);
  announce('Your account is erased');
}

/** Downloads what the shop holds of a person, and erases the account. Both ask for the password. */
export const DataSection = () => {
  const [asked, setAsked] = useState<'export' | 'erase'>();
  const close = () => setAsked(undefined);
  return (
    <section
      aria-labelledby="data"
      className="grid content-start gap-5 border-t border-line pt-6 lg:col-span-2"
    >
      <h2 id="data" className="text-xl">
        Your data
      </h2>
      <p className="max-w-prose">
        Download everything that the shop holds about you, as one file. Or erase your account: your name,
        address, basket and the things you sell are removed for good. The shop keeps what you ordered and
        paid, without your name, because tax law asks for it. A parcel on its way keeps its address until it
        arrives.
      </p>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => setAsked('export')}>Download my data</Button>
        <Button variant="danger" onClick={() => setAsked('erase')}>
          Erase my account
        </Button>
      </div>
      {asked === 'export' && (
        <PasswordDialog
          title="Download your data"
          description="Enter your password, so that nobody else takes your data from this device."
          action="Download"
          variant="ink"
          onConfirm={downloadData}
          onClose={close}
        />
      )}
      {asked === 'erase' && (
        <PasswordDialog
          title="Erase your account?"
          description="This cannot be undone. Enter your password to go on."
          action="Erase for good"
          variant="danger"
          onConfirm={erase}
          onClose={close}
        />
      )}
    </section>
  );
};
