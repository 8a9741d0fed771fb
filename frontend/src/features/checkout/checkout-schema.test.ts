import { guestSchema, memberSchema } from './checkout-schema';

const good = {
  email: 'robin@example.org',
  password: 'correct horse',
  name: 'Robin',
  line1: 'Lane 4',
  line2: '',
  city: 'Town',
  postalCode: '12345',
  country: 'DE',
  card: '4242 4242 4242 4242',
  expiry: '12 / 49',
  csc: '123',
};

it('takes what a guest fills in', () => {
  expect(guestSchema.safeParse(good).success).toBe(true);
});

it('people who are signed in need no e-mail and password', () => {
  const member = { ...good, email: '', password: '' };
  expect(memberSchema.safeParse(member).success).toBe(true);
  expect(guestSchema.safeParse(member).success).toBe(false);
});

it.each([
  ['email', 'robin@', /e-mail address, like/],
  ['password', 'short', /at least 8/],
  ['name', ' ', /name for the parcel/],
  ['card', '4242 4242 4242 4241', /digit is missing or wrong/],
  ['card', '5555 5555 5555 4444', /In a demo shop, pick one from the list/],
  ['expiry', '01 / 20', /as on the card/],
  ['csc', '12', /3 or 4 digits/],
])('a wrong %s (%s) gets one sentence that says the fix', (field, value, sentence) => {
  const { error } = guestSchema.safeParse({ ...good, [field]: value });
  const said = error?.issues.filter(({ path }) => path[0] === field).map(({ message }) => message) ?? [];
  expect(said[0]).toMatch(sentence);
});
