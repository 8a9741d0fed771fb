{{/* A disruption budget for more than one replica: with one it would block the drain of a node for ever. */}}
{{- define "common.disruptionBudget" -}}
{{- if gt (int .replicas) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "common.autoscaler" -}}
{{- if .values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ include "common.fullname" . }} }
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .values.autoscaling.cpuPercent }} }
{{- end }}
{{- end -}}

{{/*
Metrics have a port of their own and, with monitoring, a headless Service of their own: on the public Service a
NodePort would publish them.
*/}}
{{- define "common.serviceMonitor" -}}
{{- $monitoring := .root.Values.monitoring -}}
{{- if and .values.node $monitoring.enabled $monitoring.serviceMonitor.enabled (.root.Capabilities.APIVersions.Has "monitoring.coreos.com/v1") }}
{{- $ops := dict "root" .root "name" (printf "%s-ops" .name) }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "common.metadata" $ops | nindent 2 }}
spec:
  clusterIP: None
  selector:
    {{- include "common.selector" . | nindent 4 }}
  ports:
    - { name: ops, port: {{ .values.opsPort }}, targetPort: ops }
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "common.metadata" . | nindent 2 }}
    {{- with $monitoring.labels }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  selector:
    matchLabels:
      {{- include "common.selector" $ops | nindent 6 }}
  endpoints:
    - port: ops
      path: /metrics
      interval: {{ $monitoring.serviceMonitor.interval }}
{{- end }}
{{- end -}}
