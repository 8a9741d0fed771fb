// Starting a service and cloning its database takes a second or two on a busy machine with two cores.
jest.setTimeout(30_000);
