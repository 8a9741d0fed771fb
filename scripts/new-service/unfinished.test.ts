import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isUnfinished } from './unfinished';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bramble-unfinished-'));
  write('docs/api/openapi.json', '{ "paths": { "/api/cart": {} } }');
  write('package-lock.json', '{ "packages": { "services/orders": {} } }');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}
const writeFiles = (): void => {
  write('services/reviews/src/note/note.service.ts', '');
  write('package-lock.json', '{ "packages": { "services/reviews": {} } }');
};

describe('a new service', () => {
  it('is unfinished while the OpenAPI document does not have its address', () => {
    writeFiles();
    expect(isUnfinished('reviews', folder)).toBe(true);
    write('docs/api/openapi.json', '{ "paths": { "/api/reviews": {} } }');
    expect(isUnfinished('reviews', folder)).toBe(false);
  });

  it('is not unfinished before its files are written', () => {
    expect(isUnfinished('reviews', folder)).toBe(false);
    write('services/reviews/src/note/note.service.ts', '');
    expect(isUnfinished('reviews', folder)).toBe(false);
  });

  it('is no service that this command did not make', () => {
    write('services/orders/src/app.ts', '');
    expect(isUnfinished('orders', folder)).toBe(false);
  });
});
