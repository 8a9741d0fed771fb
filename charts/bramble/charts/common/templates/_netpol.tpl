{{- define "common.ingressRules" -}}
{{- $values := .values | default dict -}}
{{- $port := .port | default $values.port -}}
{{- with include "common.callers" . | trim }}
{{- if $port }}
- from:
    {{- . | nindent 4 }}
  ports: [{ port: {{ $port }}, protocol: TCP }]
{{- end }}
{{- end }}
{{- if $values.node }}
{{- with .root.Values.networkPolicy.metricsFrom }}
- from:
    {{- toYaml . | nindent 4 }}
  ports: [{ port: {{ $values.opsPort }}, protocol: TCP }]
{{- end }}
{{- end }}
{{- with $values.ingressFrom }}
- from:
    {{- toYaml . | nindent 4 }}
  ports: [{ port: {{ $port }}, protocol: TCP }]
{{- end }}
{{- if has (dig "service" "type" "ClusterIP" $values) (list "NodePort" "LoadBalancer") }}
# A request through a NodePort has the node's address or any other.
- ports: [{ port: {{ $port }}, protocol: TCP }]
{{- end }}
{{- with .ingress }}
{{ . }}
{{- end }}
{{- end -}}

{{/*
{root, name, values?, port?, ingress?, egress?}: the NetworkPolicy of a component. `ingress` and `egress` are additional
rules as YAML. The peers come from common.edges; default deny and DNS are policies of the whole release.
*/}}
{{- define "common.networkPolicy" -}}
{{- if .root.Values.networkPolicy.enabled -}}
{{- $ingress := include "common.ingressRules" . | trim -}}
{{- $egress := printf "%s\n%s" (include "common.egress" . | trim) (.egress | default "") | trim -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress: {{ if $ingress }}{{ $ingress | nindent 4 }}{{ else }}[]{{ end }}
  egress: {{ if $egress }}{{ $egress | nindent 4 }}{{ else }}[]{{ end }}
{{- end -}}
{{- end -}}
