import { counter, createMetrics, gauge } from './metrics';
import { define } from './metrics-catalogue/definition';

const own = define({
  bramble_parcels_total: {
    kind: 'counter',
    help: 'Parcels.',
    labels: { size: ['small', 'large'], sent: ['yes', 'no'] },
  },
  bramble_routes_total: { kind: 'counter', help: 'Routes.', labels: { route: null } },
});
const seriesOf = async (metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));

describe('the metrics of a service', () => {
  it('are at 0 for every combination of closed labels before anything was counted', async () => {
    const metrics = createMetrics('parcels', own);
    counter({ metrics }, 'bramble_parcels_total');
    const series = await seriesOf(metrics, 'bramble_parcels_total');
    expect(series).toHaveLength(4);
    for (const line of series) expect(line).toMatch(/service_name="parcels"\} 0$/);
  });

  it('have no series for a label that is open until it has a value', async () => {
    const metrics = createMetrics('parcels', own);
    const routes = counter({ metrics }, 'bramble_routes_total');
    expect(await seriesOf(metrics, 'bramble_routes_total')).toEqual([]);
    routes.inc({ route: '/a' });
    expect(await seriesOf(metrics, 'bramble_routes_total')).toHaveLength(1);
  });

  it("are the service's own and the kit's, and no other's", () => {
    const metrics = createMetrics('parcels', own);
    expect(() => gauge({ metrics }, 'bramble_ready')).not.toThrow();
    const other = createMetrics('other');
    // @ts-expect-error -- the type refuses it too: this service has no such metric
    expect(() => counter({ metrics: other }, 'bramble_parcels_total')).toThrow(
      'other has no metric bramble_parcels_total',
    );
  });

  it('take only their own labels and values', () => {
    const metrics = createMetrics('parcels', own);
    const parcels = counter({ metrics }, 'bramble_parcels_total');
    parcels.inc({ size: 'small', sent: 'yes' });
    // @ts-expect-error -- the list of sizes is closed
    parcels.inc({ size: 'huge', sent: 'yes' });
    // @ts-expect-error -- every label is needed
    parcels.inc({ size: 'small' });
    // @ts-expect-error -- a counter is no gauge
    gauge({ metrics }, 'bramble_parcels_total');
  });
});
