import { diag, DiagLogLevel, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import packageJson from '../../../package.json';
import type { BaseConfig } from '../../base/config';
import type { Logger } from '../logger';

export interface SdkOptions {
  readonly name: string;
  readonly config: BaseConfig;
  readonly log: Logger;
  /**
   * False for a service with outside clients: their `traceparent` names the trace, but this service's own share decides
   * on sampling.
   */
  readonly trustsCallers: boolean;
}

export interface Sdk {
  readonly tracer: Tracer;
  /** Sends the remaining spans, for at most three seconds. */
  stop(): Promise<void>;
}

const LOG_INTERVAL_MS = 60_000;
const STOP_LIMIT_MS = 3_000;

/**
 * Opens the OpenTelemetry SDK: batches of spans as OTLP over HTTP in JSON. The SDK reads the standard variables for
 * headers, compression, time limits, batch sizes and resource attributes from the environment.
 */
export function openSdk({ name, config, log, trustsCallers }: SdkOptions): Sdk {
  logFailuresRarely(log);
  const share = new TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG);
  const sampler = new ParentBasedSampler({
    root: share,
    ...(trustsCallers ? {} : { remoteParentSampled: share }),
  });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          'service.name': name,
          'service.namespace': 'bramble',
          'service.version': packageJson.version,
          'service.instance.id': config.SERVICE_INSTANCE,
        }),
      )
      .merge(detectResources({ detectors: [envDetector] })),
    // OTEL_TRACES_SAMPLER, if set, names another sampler, which the SDK creates from the environment.
    ...(config.OTEL_TRACES_SAMPLER === undefined ? { sampler } : {}),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: tracesUrl(config) }))],
  });

  async function stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_LIMIT_MS);
    });
    await Promise.race([provider.shutdown().catch(() => undefined), limit]);
    clearTimeout(timer);
  }

  return { tracer: provider.getTracer('bramble'), stop };
}

function tracesUrl(config: BaseConfig): string {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config;
  return traces ?? `${(endpoint ?? '').replace(/\/$/, '')}/v1/traces`;
}

/** While a collector is away every batch fails, so the failure is logged once a minute. */
function logFailuresRarely(log: Logger): void {
  let loggedAt = -Infinity;
  const logFailure = (message: string) => {
    if (performance.now() - loggedAt < LOG_INTERVAL_MS) return;
    loggedAt = performance.now();
    log.warn({ reason: message }, 'spans could not be sent');
  };
  const ignore = () => undefined;
  const logger = { error: logFailure, warn: logFailure, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
