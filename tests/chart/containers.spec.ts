import { allContainers, isLongRunning, ofKind, render, valuesFiles, workloads } from './render';

/** The only pod that talks to the Kubernetes API: it stops the services while it puts their data back. */
const MAY_HAVE_TOKEN = ['CronJob/shop-restore'];

describe.each(valuesFiles)('%s', (file) => {
  const all = workloads(render(file));
  const containers = all.flatMap((workload) =>
    allContainers(workload.pod.spec).map((container) => ({
      container,
      workload,
      id: `${workload.id}:${container.name}`,
    })),
  );

  it('renders the whole shop', () => {
    expect(all.length).toBeGreaterThan(10);
  });

  it.each(containers)('$id asks for memory and processor and is held to a limit', ({ container }) => {
    for (const side of ['requests', 'limits'] as const) {
      expect(container.resources?.[side]).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
    }
  });

  it.each(containers)('$id cannot write to its root, gain a right or keep a capability', ({ container }) => {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it.each(containers)(
    '$id has no secret among its arguments, which every process can read',
    ({ container }) => {
      const secret = (container.env ?? [])
        .filter(({ valueFrom }) => valueFrom?.secretKeyRef)
        .map(({ name }) => name);
      const written = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
      for (const name of secret) expect(written).not.toContain(`$(${name})`);
    },
  );

  it.each(containers)('$id has a pinned image', ({ container }) => {
    expect(container.image).toMatch(/(:\d[\w.-]+|@sha256:[0-9a-f]{64})$/);
    expect(container.image).not.toContain('bitnami');
  });

  it.each(all)('$id runs as an ordinary user under the default seccomp profile', ({ pod }) => {
    expect(pod.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.spec.securityContext?.['runAsUser']).toBeGreaterThan(0);
  });

  it.each(all)(
    '$id has a service account of its own, and no token it does not need',
    ({ id, pod, object }) => {
      if (object.kind !== 'Pod') {
        expect(ofKind(render(file), 'ServiceAccount').map(({ metadata }) => metadata.name)).toContain(
          pod.spec.serviceAccountName,
        );
      }
      expect(pod.spec.automountServiceAccountToken).toBe(MAY_HAVE_TOKEN.includes(id));
    },
  );

  it.each(all)('$id runs on Linux nodes and mounts nothing of its host', ({ pod, object }) => {
    if (object.kind !== 'Pod') expect(pod.spec.nodeSelector).toMatchObject({ 'kubernetes.io/os': 'linux' });
    for (const volume of pod.spec.volumes ?? []) expect(Object.keys(volume)).not.toContain('hostPath');
  });

  it.each(all.filter(isLongRunning))(
    '$id has all three probes, and a liveness that is the most patient',
    ({ pod }) => {
      for (const container of pod.spec.containers) {
        expect(container).toMatchObject({
          startupProbe: expect.anything(),
          readinessProbe: expect.anything(),
          livenessProbe: expect.anything(),
        });
        expect(container.livenessProbe?.failureThreshold ?? 3).toBeGreaterThanOrEqual(
          container.readinessProbe?.failureThreshold ?? 3,
        );
      }
    },
  );

  it.each(all.filter(({ pod }) => pod.spec.containers.some((c) => c.envFrom !== undefined)))(
    '$id restarts when its configuration changes',
    ({ pod }) => {
      expect(pod.metadata.annotations?.['checksum/config']).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  it.each(all.filter(isLongRunning))('$id has selectors and claims that no version changes', ({ object }) => {
    const selector = object.spec?.['selector'].matchLabels as Record<string, string>;
    expect(Object.keys(selector).sort()).toEqual([
      'app.kubernetes.io/component',
      'app.kubernetes.io/instance',
      'app.kubernetes.io/name',
    ]);
    for (const claim of object.spec?.['volumeClaimTemplates'] ?? []) {
      expect(claim.metadata).toEqual({ name: 'data' });
    }
  });
});
