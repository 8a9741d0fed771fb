import { createFormatter } from './format';

const line = (fields: Record<string, unknown>) =>
  JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05.678Z', service_name: 'orders', ...fields });
const names = ['orders', 'gateway'];
const format = createFormatter({ level: 'info', colour: false, names });

describe('a formatted line of a log', () => {
  it('begins with the service, and has time, level, message and fields', () => {
    expect(format('orders', line({ msg: 'order placed', order_id: 'a1', total: { amount: 5 } }))).toMatch(
      /^orders {3}\[\d\d:\d\d:05\.678\] INFO: order placed {2}order_id=a1 {2}total=\{"amount":5\}$/,
    );
  });

  it('shows a request by its method, route, status and duration', () => {
    const request = { http_request_method: 'GET', http_route: '/api/x', http_response_status_code: 200 };
    expect(format('gateway', line({ ...request, duration_ms: 3, msg: 'request' }))).toMatch(
      /^gateway {2}\[.*\] INFO: GET \/api\/x 200 in 3 ms$/,
    );
  });

  it('shows the stack of an error, each line with its service', () => {
    const shown =
      format(
        'orders',
        line({
          level: 'error',
          msg: 'it failed',
          err: { type: 'Error', message: 'boom', stack: 'Error: boom\n    at place (order.ts:3:1)' },
        }),
      ) ?? '';
    expect(shown).toContain('at place (order.ts:3:1)');
    expect(shown.split('\n').every((each) => each.startsWith('orders '))).toBe(true);
  });

  it('is left out when it is below the level, or comes from the debugger', () => {
    const warnings = createFormatter({ level: 'warn', colour: false, names });
    expect(warnings('orders', line({ msg: 'order placed' }))).toBeUndefined();
    expect(warnings('orders', line({ level: 'error', msg: 'it failed' }))).toContain('ERROR: it failed');
    expect(format('orders', line({ level: 'debug', msg: 'detail' }))).toBeUndefined();
    expect(format('orders', 'Debugger listening on ws://127.0.0.1:9233/4f')).toBeUndefined();
  });

  it('is shown unchanged, at every level, when it is not JSON', () => {
    const warnings = createFormatter({ level: 'fatal', colour: false, names });
    expect(warnings('orders', 'RangeError: stack')).toBe('orders   RangeError: stack');
    expect(warnings('orders', '{ not json')).toBe('orders   { not json');
  });

  it('may have the format of MongoDB', () => {
    const entry = {
      t: { $date: '2026-01-02T03:04:05.678+00:00' },
      s: 'W',
      c: 'NETWORK',
      msg: 'a slow answer',
      attr: { ms: 9 },
    };
    expect(format('orders', JSON.stringify(entry))).toMatch(
      /WARN: NETWORK: a slow answer {2}attr=\{"ms":9\}$/,
    );
  });

  it('has a coloured service and level only with the option `colour`', () => {
    const coloured = createFormatter({ level: 'info', colour: true, names });
    expect(coloured('orders', line({ msg: 'order placed' }))).toContain('\u001b[');
    expect(format('orders', line({ msg: 'order placed' }))).not.toContain('\u001b[');
  });
});
