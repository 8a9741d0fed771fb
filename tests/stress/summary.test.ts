import { countLine } from './progress';
import { closingLine, reportOf, summaryOf } from './summary';
import { exactly } from './verdict';

describe('the summary', () => {
  it('is a table of promises, and says what broke one', () => {
    const reasons = Array.from({ length: 7 }, (_, n) => `reason ${n + 1}`);
    const verdicts = [exactly('This holds.', 2, 2, ['unused']), exactly('That holds.', 10, 3, reasons)];
    const lines = summaryOf({ title: 'A shape', verdicts, pages: ['http://127.0.0.1/products/1'] }).split(
      '\n',
    );
    expect(lines[0]).toBe('A shape');
    expect(lines.find((line) => line.startsWith('This'))).toMatch(/^This holds\. +2 +2 +kept$/);
    expect(lines.find((line) => line.startsWith('That'))).toMatch(/^That holds\. +10 +3 +BROKEN$/);
    expect(lines.slice(lines.indexOf('Broken: That holds.'))).toEqual([
      'Broken: That holds.',
      ...reasons.slice(0, 5).map((reason) => `  ${reason}`),
      '  and 2 more',
      'See http://127.0.0.1/products/1',
      '',
    ]);
    expect(closingLine(verdicts, 12.3)).toBe('2 promises, 1 BROKEN, in 12 s.');
    expect(closingLine(verdicts.slice(0, 1), 12.3)).toBe('1 promise, all kept, in 12 s.');
  });

  it('is the same for a program, with every reason', () => {
    const pages = ['http://127.0.0.1/products/1'];
    const good = exactly('This holds.', 2, 2);
    const bad = exactly('That holds.', 10, 3, ['reason']);
    const report = reportOf([{ title: 'A shape', verdicts: [good, bad], pages }], 12.34);
    expect(report).toEqual({
      kept: false,
      seconds: 12.3,
      shapes: [{ title: 'A shape', promises: [good, bad], pages }],
    });
    expect(reportOf([{ title: 'A shape', verdicts: [good], pages }], 1).kept).toBe(true);
  });

  it('counts an order once, however many answers name it', () => {
    const order = { id: '1', status: 'COMPLETED', payment: { status: 'captured', attempts: 1 } };
    const attempts = [0, 1].map(() => ({
      buyer: 0,
      wanted: [],
      sentAt: 0,
      answer: 'accepted',
      order: order as never,
      payments: [],
    }));
    expect(countLine(attempts)).toBe('sent 2  accepted 2  paid 1  completed 1  refused 0');
  });
});
