import { newEmail, PASSWORD } from './shop';

export interface Reply {
  status: number;
  headers: Headers;
  /** The parsed JSON, or undefined without a body. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of any shape
  body: any;
}

/** A browser on the shop's own pages: keeps cookies and sends what browsers send with a fetch. */
export class Browser {
  readonly cookies = new Map<string, string>();
  constructor(
    readonly url: string,
    readonly headers: Record<string, string> = { 'sec-fetch-site': 'same-origin', origin: url },
  ) {}

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...this.headers,
        ...(this.cookies.size > 0
          ? { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') }
          : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : parsed(text),
    };
  }

  get = (path: string, headers?: Record<string, string>) => this.send('GET', path, undefined, headers);
  post = (path: string, body?: unknown, headers?: Record<string, string>) =>
    this.send('POST', path, body, headers);
  put = (path: string, body?: unknown) => this.send('PUT', path, body);
  patch = (path: string, body?: unknown) => this.send('PATCH', path, body);
  delete = (path: string, body?: object) => this.send('DELETE', path, body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A client of the API without cookies; with a token it sends it as bearer. */
export const apiClient = (url: string, token?: string): Browser =>
  new Browser(url, token === undefined ? {} : { authorization: `Bearer ${token}` });

/** A browser that has just signed up. */
export async function signedUp(url: string, more: Record<string, unknown> = {}) {
  const browser = new Browser(url);
  const email = newEmail();
  const reply = await browser.post('/api/auth/signup', {
    email,
    password: PASSWORD,
    name: 'Ana Test',
    ...more,
  });
  if (reply.status !== 201)
    throw new Error(`sign-up answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  return { browser, email, user: reply.body.user as { id: string; email: string; roles: string[] } };
}

/** Another browser with the same cookies. */
export const copyOf = (browser: Browser): Browser => {
  const copy = new Browser(browser.url);
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
};

/** A browser of the demo admin. */
export const adminOf = async (url: string): Promise<Browser> => {
  const browser = new Browser(url);
  await browser.post('/api/auth/demo-login', { role: 'admin' });
  return browser;
};

export const tokensFor = async (url: string, email: string) =>
  (await apiClient(url).post('/api/auth/token', { email, password: PASSWORD })).body as {
    accessToken: string;
    refreshToken: string;
  };

export const statusOf = async (browser: Browser, path = '/api/auth/me') => (await browser.get(path)).status;
