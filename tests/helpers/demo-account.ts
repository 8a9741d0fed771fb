import { demoPassword, demoPeople } from '@bramble/demo/people';

/** What somebody of the demo signs in with. */
export const demoAccount = (who: keyof typeof demoPeople) => ({
  email: demoPeople[who].email,
  password: demoPassword,
});
