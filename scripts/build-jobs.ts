import { bundleJobs } from './images/bundle-jobs';

await bundleJobs();
