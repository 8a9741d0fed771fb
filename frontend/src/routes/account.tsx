import { AccountView } from '../features/account/account-view';
import { MembersOnly } from './members-only';

export const AccountPage = () => (
  <MembersOnly title="Account">{(user) => <AccountView user={user} />}</MembersOnly>
);
