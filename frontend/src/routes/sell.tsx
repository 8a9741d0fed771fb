import { StallView } from '../features/seller/stall-view';
import { MembersOnly } from './members-only';

export const SellPage = () => (
  <MembersOnly title="My stall" role="seller">
    {() => <StallView />}
  </MembersOnly>
);
