import { rm, writeFile } from 'node:fs/promises';
import { openPlace, placeShape } from './archive/place';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';

/**
 * Writes to the backups' volume and reads from their bucket once, at installation, so that a place without access is
 * found before the first backup. The Job also is the first to mount the volume; without a mount `helm --wait` would
 * wait for ever.
 */
export const checkBackup = job({
  name: 'check-backup',
  env: placeShape(),
  async run(config, log) {
    const place = await openPlace(config);
    const probe = place.file('.writable');
    await writeFile(probe, '');
    await rm(probe);
    const archives = await firstConnection('bucket', { seconds: config.CONNECT_SECONDS, log }, place.names);
    return { archives: archives.length, off_board: place.isRemote };
  },
});
