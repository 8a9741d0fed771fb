import { createReadStream } from 'node:fs';
import { text } from '@bramble/service-kit/base/config';
import { unpack } from './archive/lines';
import { job } from './shared/job';

/**
 * Prints the Secrets of an archive as a list for `kubectl apply -f -`, with the release's labels, so that a new
 * installation of that name uses its old passwords.
 */
export const printSecrets = job({
  name: 'print-secrets',
  env: { ARCHIVE_FILE: text(), BACKUP_PASSPHRASE: text() },
  async run({ ARCHIVE_FILE: file, BACKUP_PASSPHRASE: passphrase }) {
    const items: object[] = [];
    let release = '';
    let namespace = '';
    for await (const line of unpack(passphrase, createReadStream(file))) {
      if ('about' in line) ({ release, namespace } = line.about);
      if ('secret' in line) items.push(manifest(line.secret, release, namespace));
    }
    process.stdout.write(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`);
    return { secrets: items.length };
  },
});

const manifest = (
  { name, data }: { name: string; data: object },
  release: string,
  namespace: string,
): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    namespace,
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': namespace },
  },
  data,
});
