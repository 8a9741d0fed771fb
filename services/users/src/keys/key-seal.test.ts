import { seal, unseal } from './key-seal';

it('opens what was sealed only with the same secret and unchanged', () => {
  const sealed = seal('secret one', Buffer.from('private'));
  expect(unseal('secret one', sealed)?.toString()).toBe('private');
  expect(unseal('secret two', sealed)).toBeUndefined();
  sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 1;
  expect(unseal('secret one', sealed)).toBeUndefined();
  expect(unseal('secret one', Buffer.alloc(3))).toBeUndefined();
});

it('refuses a shortened tag', () => {
  const sealed = seal('secret one', Buffer.alloc(0));
  expect(unseal('secret one', sealed)?.length).toBe(0);
  expect(unseal('secret one', sealed.subarray(0, 12 + 4))).toBeUndefined();
});
