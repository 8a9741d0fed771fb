import { demoPassword, demoPeople } from '@bramble/demo/people';
import type { Settings } from './settings';

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** The warning of a demo that other machines can reach: everybody knows the passwords of its accounts. */
const networkWarning = ({ host, demoAdmin }: Settings): string[] => [
  `  WARNING: with HOST=${host} other machines reach this demo, and anybody who does can sign in as`,
  `  ${demoAdmin ? 'its admin' : 'its buyer and its seller'}: the password is public. Leave HOST out, or set ${demoAdmin ? 'DEMO_ADMIN=off (no admin) or ' : ''}DEMO=off.`,
  '',
];

/** The text that `npm start` prints when the shop is open; `more` are further lines. */
export function banner(url: string, settings: Settings, more: readonly string[] = []): string {
  const lines = ['', `  Bramble is open at ${url}`, ''];
  if (settings.demo) {
    const who = [
      ['buyer', demoPeople.buyer.email],
      ['seller', demoPeople.seller.email],
      ...(settings.demoAdmin ? [['admin', demoPeople.admin.email]] : []),
    ];
    lines.push('  demo account   e-mail                 password');
    for (const [role = '', email = ''] of who) {
      lines.push(`  ${role.padEnd(14)} ${email.padEnd(22)} ${demoPassword}`);
    }
    lines.push('');
    if (!isLoopback(settings.host)) lines.push(...networkWarning(settings));
  }
  if (!settings.payments)
    lines.push(
      '  The checkout is closed: set STRIPE_SECRET_KEY to take payments, or ALLOW_SANDBOX=1 to take test cards.',
      '',
    );
  lines.push(...more);
  lines.push(`  data and logs  ${settings.dataDir}`, '  Ctrl-C stops everything.', '');
  return lines.join('\n');
}
