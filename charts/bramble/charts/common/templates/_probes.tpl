{{/*
{values, port}: the probes of one of our services. The startup probe allows for a Pi under load, the readiness probe
removes a pod from its Service while a store is away, the liveness probe restarts a process that does not answer.
*/}}
{{- define "common.probes" -}}
startupProbe:
  httpGet: { path: {{ .live }}, port: {{ .port }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 90
readinessProbe:
  httpGet: { path: {{ .ready }}, port: {{ .port }} }
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 3
livenessProbe:
  httpGet: { path: {{ .live }}, port: {{ .port }} }
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
{{- end -}}
