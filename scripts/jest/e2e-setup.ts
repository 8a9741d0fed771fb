// These start the whole shop, the first time with a build.
jest.setTimeout(300_000);
