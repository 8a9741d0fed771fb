import { rm, writeFile } from 'node:fs/promises';
import { openPlace, placeShape } from './archive/place';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';

/**
 * Writes to the backups' volume and looks into their bucket once, at installation: a place that refuses is found now and
 * not on the day of a restore. It is also the first to mount the volume, without which `helm --wait` would wait for ever.
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
