{{/*
Every template takes one dictionary:
  root  the umbrella's context. Workloads are rendered by the umbrella, because a subchart cannot see its
        siblings' values (for example postgres.external).
  name  the component: gateway, orders, postgres, stock-refill ...
*/}}
{{- define "common.fullname" -}}
{{- printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Our services, from the gateway inwards. */}}
{{- define "common.services" -}}
gateway,users,catalog,orders,payments,delivery,notifications,simulator,storefront
{{- end -}}

{{/* Labels for selectors: they are immutable, so none of them depends on the version. */}}
{{- define "common.selector" -}}
app.kubernetes.io/name: bramble
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "common.labels" -}}
{{ include "common.selector" . }}
app.kubernetes.io/part-of: bramble
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "common.metadata" -}}
name: {{ include "common.fullname" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "common.labels" . | nindent 2 }}
{{- end -}}

{{/* A component's values over `defaults`, as YAML. */}}
{{- define "common.values" -}}
{{- $own := index .root.Values .name | default dict -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (omit (deepCopy $own) "global") | toYaml -}}
{{- end -}}

{{/* Memory as a number of MiB, from 192Mi, 1Gi or 1G. */}}
{{- define "common.mebibytes" -}}
{{- $text := toString . -}}
{{- if hasSuffix "Gi" $text -}}{{ mulf 1024 (trimSuffix "Gi" $text | float64) | int }}
{{- else if hasSuffix "Mi" $text -}}{{ trimSuffix "Mi" $text | int }}
{{- else if hasSuffix "G" $text -}}{{ mulf 953 (trimSuffix "G" $text | float64) | int }}
{{- else if hasSuffix "M" $text -}}{{ mulf 0.953 (trimSuffix "M" $text | float64) | int }}
{{- else -}}{{ fail (printf "memory %q: write it as 256Mi or 1Gi" $text) }}{{- end -}}
{{- end -}}
