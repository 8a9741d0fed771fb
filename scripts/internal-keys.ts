// npm run internal-keys -- NAME: prints a Secret with new keys of internal tokens, for `secrets.internal.existingKeysSecret`.
import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { serviceNames } from '@bramble/contracts/services';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { callKey } from '@bramble/service-kit/base/internal-keys';

const program = createCommand('npm run internal-keys --', {
  does: 'Prints a Secret with new keys by which services know each other, for installations that Argo CD or Flux render.',
  example: 'npm run --silent internal-keys -- shop-keys | kubectl -n bramble apply -f -',
})
  .argument('<name>', 'the name of the Secret')
  .action((name: string) => {
    const keys = serviceNames.flatMap((service) => {
      const own = randomBytes(32).toString('hex');
      const kinds = ['user', 'service', 'job'] as const;
      return [
        [service, own],
        ...kinds.map((kind) => [`${service}-${kind}`, callKey(own, service, kind)] as const),
      ];
    });
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      stringData: Object.fromEntries(keys) as Record<string, string>,
    };
    process.stdout.write(stringify(secret));
  });

await runCommand(program);
