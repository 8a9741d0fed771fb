import { demoPassword, demoPeople } from '@bramble/demo/people';
import { demoIds, publishedPassword } from './demo-ids';

describe('what users knows of the demo outside demo mode', () => {
  it('names every demo account by the id that the demo gives it', () => {
    const given = Object.entries(demoPeople).map(([role, { id }]) => [role, id]);
    expect(Object.entries(demoIds)).toEqual(given);
  });

  it('is the password of the demo accounts', () => {
    expect(publishedPassword).toBe(demoPassword);
  });
});
